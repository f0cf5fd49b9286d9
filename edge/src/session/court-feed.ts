/**
 * One court's camera for the length of one session: a single connection to it, the local proxy, the live picture, and
 * the ingest that fills the parts. RTSP is ingested from opening to stop; MJPEG and still-image cameras are held by the
 * proxy and encoded only while a recording wants it.
 */
import type { CameraKind } from '@padelvar/shared/camera';
import type { Ingest } from '../ingest/ingest.ts';
import { createFrameHub } from '../proxy/frame-hub.ts';
import type { FrameHub } from '../proxy/frame-hub.ts';
import { createPacedRun } from '../proxy/paced-run.ts';
import { openSessionProxy } from '../proxy/session-proxy.ts';
import { createArrival } from './arrival.ts';
import type { CameraSource, SourceOptions } from './camera-source.ts';
import type { HeldCamera } from './held-camera.ts';
import { openPacedSource } from './paced-source.ts';
import type { NewestPicture } from './picture-watch.ts';
import { openRtspSource } from './rtsp-source.ts';

export interface CourtFeedOptions extends Omit<SourceOptions, 'hub' | 'onArrival' | 'onSign' | 'onFailure'> {
  health?: () => Record<string, unknown>;
  /** A connection to the camera that stands already, with pictures from before the session. */
  held?: HeldCamera | undefined;
}

export interface CourtFeed {
  readonly kind: CameraKind;
  readonly port: number;
  readonly hub: FrameHub;
  /** Milliseconds since the camera's last picture; 0 where only its part tells. */
  silentMs(): number;
  /** How many seconds of pictures the FFmpeg that encodes them has been given. */
  encodedSeconds(): number;
  /** Undefined before the first. */
  newestPicture(): NewestPicture | undefined;
  /** Resolves with the first picture of the camera; rejects with AppError `camera_timeout` after `timeoutMs`. */
  firstFrame(timeoutMs: number, signal: AbortSignal): Promise<void>;
  /** The same, but false as soon as a try to connect to the camera was in vain. */
  isThere(timeoutMs: number, signal: AbortSignal): Promise<boolean>;
  /** The ingest, begun where it does not run yet; from here on nothing is trimmed. */
  beginIngest(): Ingest;
  /**
   * Ends the ingest, so that no part holds two groups' frames, and the camera's connection, proxy and preview. The parts
   * stay readable until `close`.
   */
  stop(): Promise<void>;
  /** Lets go of everything but the FFmpeg of an RTSP court that was not stopped, which goes on for the next daemon. */
  close(): Promise<void>;
}

/** Leaves nothing open where it fails, but what it was given. */
export async function openCourtFeed(options: CourtFeedOptions): Promise<CourtFeed> {
  const { clock, logger, probe, held } = options;
  const hub = createFrameHub({ clock });
  const arrival = createArrival(clock);
  const run = held?.run ?? createPacedRun(options);
  const proxy = await openSessionProxy({
    ...{ ...options, hub, run },
    log: logger,
    health: () => ({ camera: probe.kind, ...options.health?.() }),
  });
  let source: CameraSource;
  try {
    const sourceOptions = {
      ...{ ...options, hub },
      onArrival: () => arrival.seen(),
      onSign: () => arrival.heard(),
      onFailure: () => arrival.failed(),
    };
    source =
      probe.kind === 'rtsp'
        ? await openRtspSource(sourceOptions)
        : openPacedSource({ ...sourceOptions, port: proxy.port, run, held });
  } catch (error) {
    await proxy.close();
    throw error;
  }
  return {
    kind: probe.kind,
    port: proxy.port,
    hub,
    silentMs: () => source.silentMs(),
    encodedSeconds: () => source.encodedSeconds(),
    newestPicture: () => source.newestPicture(),
    firstFrame: (timeoutMs, signal) => arrival.wait(timeoutMs, signal),
    isThere: (timeoutMs, signal) => arrival.isThere(timeoutMs, signal),
    beginIngest: () => source.beginIngest(),
    stop: () => source.stop().finally(() => proxy.close()),
    close: () => source.close().finally(() => proxy.close()),
  };
}
