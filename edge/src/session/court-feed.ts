/**
 * One court's camera for the length of one session: a single connection to it, the local proxy, the live picture, and
 * the ingest that fills the parts. RTSP is ingested from opening to stop; MJPEG and still-image cameras are held by the
 * proxy and encoded only while a recording wants it.
 */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CameraKind } from '@padelvar/shared/camera';
import { AppError } from '@padelvar/shared/errors';
import type { Clock } from '../base/clock.ts';
import { repeat } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { planInputArguments, planPacedInputArguments } from '../camera/ffmpeg-input.ts';
import { openFrameSource } from '../camera/frame-source.ts';
import { formatInputList } from '../camera/input-list.ts';
import type { CameraProbe } from '../camera/probe.ts';
import { planCopyArguments, planEncodeArguments } from '../ingest/ffmpeg-arguments.ts';
import { openIngest } from '../ingest/ingest.ts';
import type { Ingest } from '../ingest/ingest.ts';
import type { PartRecord } from '../ingest/part.ts';
import { startsWithKeyframe } from '../mp4/fragment.ts';
import { findVideoTrack } from '../mp4/init-segment.ts';
import { createFrameHub } from '../proxy/frame-hub.ts';
import type { FrameHub } from '../proxy/frame-hub.ts';
import { openLivePreview } from '../proxy/live-preview.ts';
import type { PortPool } from '../proxy/port-pool.ts';
import { openSessionProxy } from '../proxy/session-proxy.ts';

/** What of a court that is open and not recording stays on disk, and how often the rest is given up; milliseconds. */
const IDLE_WINDOW_MS = 10_000;
const TRIM_MS = 5_000;

export interface CourtFeedOptions {
  sessionId: string;
  address: string;
  probe: CameraProbe;
  /** Where the parts go. */
  folder: string;
  ffmpegPath: string;
  /** In memory: the list with the address, FFmpeg's raw log. */
  memoryFolder: string;
  logPath: string;
  ports: PortPool;
  clock: Clock;
  logger: Logger;
  /** Parts that an earlier daemon left. */
  existing?: readonly PartRecord[];
  health?: () => Record<string, unknown>;
}

export interface CourtFeed {
  readonly kind: CameraKind;
  readonly port: number;
  readonly hub: FrameHub;
  /** Resolves with the first picture of the camera; rejects with AppError `camera_timeout` after `timeoutMs`. */
  firstFrame(timeoutMs: number): Promise<void>;
  /** The ingest, begun where it does not run yet; from here on nothing is trimmed. */
  readonly beginIngest: () => Ingest;
  /** Ends the ingest, so that no part holds two groups' frames, and the camera's connection, proxy and preview. */
  stop(): Promise<void>;
  /** Lets go of everything but the FFmpeg of an RTSP court, which goes on for the next daemon. */
  release(): Promise<void>;
}

export async function openCourtFeed(options: CourtFeedOptions): Promise<CourtFeed> {
  const { clock, logger } = options;
  const hub = createFrameHub({ clock });
  const arrival = createArrival(clock);
  const proxy = await openSessionProxy({
    ...options,
    hub,
    log: logger,
    health: () => ({ camera: options.probe.kind, ...options.health?.() }),
  });
  const source =
    options.probe.kind === 'rtsp'
      ? await openRtsp(options, hub, arrival.seen)
      : openPaced(options, hub, proxy.port, arrival.seen);

  return {
    kind: options.probe.kind,
    port: proxy.port,
    hub,
    firstFrame: (timeoutMs) => arrival.wait(timeoutMs),
    beginIngest: source.beginIngest,
    async stop() {
      await source.stop();
      await proxy.close();
    },
    async release() {
      await source.release();
      await proxy.close();
    },
  };
}

/** How the two families of cameras differ. */
interface Source {
  beginIngest: () => Ingest;
  stop: () => Promise<void>;
  release: () => Promise<void>;
}

async function openRtsp(options: CourtFeedOptions, hub: FrameHub, onArrival: () => void): Promise<Source> {
  const { clock, logger, probe, ffmpegPath } = options;
  const listPath = join(options.memoryFolder, `${options.sessionId}.list`);
  await writeFile(listPath, formatInputList(options.address, probe), { mode: 0o600 });
  const preview = openLivePreview({ ffmpegPath, clock, log: logger, hub });
  const codec = probe.codec === 'hevc' ? 'hevc' : 'h264';
  const inputArguments = planInputArguments({ listPath, probe });
  const ingest = openIngest({
    ...ingestOptions(options),
    planArguments: (partPath) => planCopyArguments({ inputArguments, codec, partPath }),
    onInit: (_part, init) => preview.partBegan(init),
    onFragment(part, fragment) {
      onArrival();
      const track = part.init === undefined ? undefined : findVideoTrack(part.init);
      preview.fragment({
        startsWithKeyframe: track !== undefined && startsWithKeyframe(fragment, track.trackId),
        read: () => part.read(fragment.offset, fragment.bytes),
      });
    },
  });
  const trimming = repeat(clock, TRIM_MS, () => ingest.trim(IDLE_WINDOW_MS));
  let idle = true;
  const endTrimming = async (): Promise<void> => {
    idle = false;
    await trimming();
  };
  const closeRest = async (): Promise<void> => {
    await Promise.all([endTrimming(), preview.close(), rm(listPath, { force: true })]);
  };
  return {
    beginIngest() {
      if (idle) void endTrimming();
      return ingest;
    },
    async stop() {
      await ingest.stop();
      await closeRest();
    },
    async release() {
      await ingest.close();
      await closeRest();
    },
  };
}

function openPaced(options: CourtFeedOptions, hub: FrameHub, port: number, onArrival: () => void): Source {
  const { clock, logger, probe, address } = options;
  const camera = openFrameSource({
    address,
    kind: probe.kind === 'still' ? 'still' : 'mjpeg',
    clock,
    log: logger,
    onFrame(jpeg) {
      hub.push(jpeg);
      onArrival();
    },
  });
  let ingest: Ingest | undefined;
  const inputArguments = planPacedInputArguments(port);
  const end = async (): Promise<void> => {
    await ingest?.stop();
    await camera.close();
  };
  return {
    beginIngest: () =>
      (ingest ??= openIngest({
        ...ingestOptions(options),
        planArguments: (partPath) => planEncodeArguments({ inputArguments, partPath }),
      })),
    stop: end,
    release: end,
  };
}

function ingestOptions(options: CourtFeedOptions): Omit<Parameters<typeof openIngest>[0], 'planArguments'> {
  const { folder, ffmpegPath, clock, logger, existing } = options;
  const { password } = new URL(options.address);
  return {
    folder,
    ffmpegPath,
    clock,
    logger,
    log: {
      memoryPath: join(options.memoryFolder, `${options.sessionId}.ffmpeg.log`),
      diskPath: options.logPath,
      secrets: [password],
    },
    ...(existing === undefined ? {} : { existing }),
  };
}

interface Arrival {
  seen: () => void;
  wait: (timeoutMs: number) => Promise<void>;
}

function createArrival(clock: Clock): Arrival {
  const { promise, resolve } = Promise.withResolvers<'arrived'>();
  return {
    seen: () => resolve('arrived'),
    async wait(timeoutMs) {
      const timeout = Promise.withResolvers<'late'>();
      const cancel = clock.setTimer(timeoutMs, () => timeout.resolve('late'));
      const outcome = await Promise.race([promise, timeout.promise]);
      cancel();
      if (outcome === 'arrived') return;
      throw new AppError(
        'camera_timeout',
        `Expected a picture within ${String(timeoutMs / 1000)} s, found none.`,
      );
    },
  };
}
