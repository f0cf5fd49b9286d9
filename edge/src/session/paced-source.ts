/**
 * An MJPEG or still-image court: the daemon holds the camera, the session's proxy paces its pictures, and FFmpeg encodes
 * them while a recording wants it. That FFmpeg reads from this daemon and ends with it.
 */
import { openFrameSource } from '../camera/frame-source.ts';
import { planPacedInputArguments } from '../camera/ffmpeg-input.ts';
import { planEncodeArguments } from '../ingest/ffmpeg-arguments.ts';
import { openIngest } from '../ingest/ingest.ts';
import type { Ingest } from '../ingest/ingest.ts';
import type { SessionProxy } from '../proxy/session-proxy.ts';
import { planIngestOptions } from './camera-source.ts';
import type { CameraSource, SourceOptions } from './camera-source.ts';

export function openPacedSource(
  options: SourceOptions,
  { port, run }: Pick<SessionProxy, 'port' | 'run'>,
): CameraSource {
  const { clock, logger, probe, address, hub } = options;
  const camera = openFrameSource({
    address,
    kind: probe.kind === 'still' ? 'still' : 'mjpeg',
    clock,
    log: logger,
    onFrame(jpeg) {
      run.push(jpeg);
      hub.push(jpeg);
      options.onArrival();
    },
    onTrouble: () => options.onFailure(),
  });
  const inputArguments = planPacedInputArguments(port);
  let ingest: Ingest | undefined;
  const stop = async (): Promise<void> => {
    await ingest?.stop();
    await camera.close();
  };
  return {
    silentMs: () => hub.latest()?.ageMs ?? Infinity,
    encodedSeconds: () => run.readSeconds,
    newestPicture() {
      const latest = hub.latest();
      if (latest === undefined) return undefined;
      const { sequence, jpeg } = latest;
      return { key: sequence, read: () => Promise.resolve({ format: 'mjpeg', bytes: jpeg }) };
    },
    beginIngest() {
      run.begin();
      return (ingest ??= openIngest({
        ...planIngestOptions(options),
        planArguments: (partPath) => planEncodeArguments({ inputArguments, partPath }),
        endInput: () => run.end(),
        partBeganMs: () => run.readerBeganMs,
      }));
    },
    stop,
    async close() {
      await stop();
      await ingest?.close();
    },
  };
}
