/**
 * An MJPEG or still-image court: the daemon holds the camera, the session's proxy paces its pictures, and FFmpeg encodes
 * them while a recording wants it. That FFmpeg reads from this daemon and ends with it.
 */
import { planPacedInputArguments } from '../camera/ffmpeg-input.ts';
import { planEncodeArguments } from '../ingest/ffmpeg-arguments.ts';
import { openIngest } from '../ingest/ingest.ts';
import type { Ingest } from '../ingest/ingest.ts';
import type { PacedRun } from '../proxy/paced-run.ts';
import { planIngestOptions } from './camera-source.ts';
import type { CameraSource, SourceOptions } from './camera-source.ts';
import { holdCamera } from './held-camera.ts';
import type { HeldCamera } from './held-camera.ts';

export interface PacedSourceOptions extends SourceOptions {
  /** Of the session's proxy, which FFmpeg reads from. */
  port: number;
  run: PacedRun;
  /** With that `run`, where the camera is connected already. */
  held: HeldCamera | undefined;
}

export function openPacedSource(options: PacedSourceOptions): CameraSource {
  const { clock, logger, probe, address, hub, port, run, held } = options;
  const listener = {
    log: logger,
    onFrame(jpeg: Buffer) {
      hub.push(jpeg);
      options.onArrival();
    },
    onTrouble: () => options.onFailure(),
  };
  held?.tell(listener);
  const camera = held ?? holdCamera({ address, probe, clock, run }, listener);
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
