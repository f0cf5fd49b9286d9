/** Asks a camera that went away whether it is there again, for a thousandth of what an FFmpeg in vain costs. */
import { AppError } from '@padelvar/shared/errors';
import type { Clock } from '../base/clock.ts';
import { probeCamera } from './probe.ts';
import type { CameraProbe } from './probe.ts';
import { DENIED_RETRY_MS } from './trouble.ts';

/** Longest wait for an answer; milliseconds. */
const ANSWER_MS = 1_500;

/**
 * What the camera says that it is now; undefined while it is away, and for 10 s after a refused password, for which it is
 * not asked.
 */
export function createCameraReturn(
  address: string,
  clock: Clock,
): (signal: AbortSignal) => Promise<CameraProbe | undefined> {
  let deniedUntilMs = Number.NEGATIVE_INFINITY;
  return async (signal) => {
    if (clock.monotonicMs() < deniedUntilMs) return undefined;
    try {
      return await probeCamera(address, { clock, signal, timeoutMs: ANSWER_MS });
    } catch (error) {
      if (error instanceof AppError && error.kind === 'camera_unauthorized')
        deniedUntilMs = clock.monotonicMs() + DENIED_RETRY_MS;
      return undefined;
    }
  };
}
