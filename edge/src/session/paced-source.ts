/**
 * An MJPEG or still-image court: the daemon holds the camera, the session's proxy paces its pictures, and FFmpeg encodes
 * them while a recording wants it. That FFmpeg reads from this daemon and ends with it.
 */
import { openFrameSource } from '../camera/frame-source.ts';
import { planPacedInputArguments } from '../camera/ffmpeg-input.ts';
import { planEncodeArguments } from '../ingest/ffmpeg-arguments.ts';
import { openIngest } from '../ingest/ingest.ts';
import type { Ingest } from '../ingest/ingest.ts';
import { planIngestOptions } from './camera-source.ts';
import type { CameraSource, SourceOptions } from './camera-source.ts';

/** `port` is the proxy's. */
export function openPacedSource(options: SourceOptions, port: number): CameraSource {
  const { clock, logger, probe, address, hub } = options;
  const camera = openFrameSource({
    address,
    kind: probe.kind === 'still' ? 'still' : 'mjpeg',
    clock,
    log: logger,
    onFrame(jpeg) {
      hub.push(jpeg);
      options.onArrival();
    },
  });
  const inputArguments = planPacedInputArguments(port);
  let ingest: Ingest | undefined;
  const stop = async (): Promise<void> => {
    await ingest?.stop();
    await camera.close();
  };
  return {
    beginIngest: () =>
      (ingest ??= openIngest({
        ...planIngestOptions(options),
        planArguments: (partPath) => planEncodeArguments({ inputArguments, partPath }),
      })),
    stop,
    async close() {
      await stop();
      await ingest?.close();
    },
  };
}
