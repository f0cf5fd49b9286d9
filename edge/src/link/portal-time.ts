/**
 * Portal time, learnt from a request and its answer and carried on by the monotonic clock, whatever the device's
 * wall clock says. The reading is the latest that it can be, so that a deadline is never taken to be later than it is.
 */
import { PORTAL_TIME_MAX_ROUND_TRIP_MS } from '@padelvar/shared/limits';
import type { Clock } from '../base/clock.ts';

export interface PortalTime {
  /** Portal milliseconds, or undefined until learnt from a request with a round trip of at most 2 s. */
  nowMs(): number | undefined;
  /** Takes the portal's time from an answer; `sentAtMs` is the monotonic instant at which its request left. */
  learn(serverTimeMs: number, sentAtMs: number): void;
}

export function createPortalTime(clock: Clock): PortalTime {
  /** Portal time minus monotonic time. */
  let offsetMs: number | undefined;
  return {
    nowMs: () => (offsetMs === undefined ? undefined : clock.monotonicMs() + offsetMs),
    learn(serverTimeMs, sentAtMs) {
      if (clock.monotonicMs() - sentAtMs > PORTAL_TIME_MAX_ROUND_TRIP_MS) return;
      offsetMs = serverTimeMs - sentAtMs;
    },
  };
}
