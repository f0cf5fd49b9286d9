/**
 * The one connection to an MJPEG or still-image camera, and its pictures of the pre-roll, in memory. It outlasts what it is
 * for: what a court that nobody plays on is kept warm with becomes the session's that opens there.
 */
import type { Clock } from '../base/clock.ts';
import { openFrameSource } from '../camera/frame-source.ts';
import type { FrameListener } from '../camera/frame-source.ts';
import type { CameraProbe } from '../camera/probe.ts';
import type { PacedRun } from '../proxy/paced-run.ts';

export interface HeldCamera {
  /** Where its pictures are kept. */
  readonly run: PacedRun;
  /** Whoever is told from now on. */
  tell(listener: FrameListener): void;
  close(): Promise<void>;
}

export interface HeldCameraOptions {
  address: string;
  probe: Pick<CameraProbe, 'kind'>;
  clock: Clock;
  run: PacedRun;
}

/** Throws as `openFrameSource` does. */
export function holdCamera(
  { address, probe, clock, run }: HeldCameraOptions,
  listener: FrameListener,
): HeldCamera {
  const kept = (told: FrameListener): FrameListener => ({
    ...told,
    onFrame(jpeg) {
      run.push(jpeg);
      told.onFrame(jpeg);
    },
  });
  const kind = probe.kind === 'still' ? 'still' : 'mjpeg';
  const source = openFrameSource({ address, kind, clock, ...kept(listener) });
  return {
    run,
    tell: (next) => source.tell(kept(next)),
    close: () => source.close(),
  };
}
