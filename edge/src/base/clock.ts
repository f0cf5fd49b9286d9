/**
 * Time, injected. Durations and deadlines come from the monotonic clock; the wall clock only names things.
 * `createManualClock` in `edge/test/support` is the one that tests drive.
 */
import { setTimeout as delay } from 'node:timers/promises';

export interface Clock {
  /** Wall clock, Unix milliseconds. May step. */
  nowMs(): number;
  /** Monotonic clock, milliseconds since boot; comparable between processes of one boot. */
  monotonicMs(): number;
  /** Runs `action` once after `ms`; the answer cancels it. */
  setTimer(ms: number, action: () => void): () => void;
  /** Resolves after `ms`, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** `performance.now()` counts from this process's start. */
const STARTED_AT_MS = Number(process.hrtime.bigint() / 1000n) / 1000 - performance.now();

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => STARTED_AT_MS + performance.now(),
  setTimer(ms, action) {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
  sleep: (ms, signal) => delay(ms, undefined, signal === undefined ? {} : { signal }),
};

/** A wall clock that is this much off what it was has been set; less is its own drift. Milliseconds. */
export const WALL_STEP_MS = 1_000;

/** What the wall clock would have shown at a monotonic instant of this boot, had it been set as it is now. */
export function findWallTime(clock: Clock, monotonicMs: number): number {
  return clock.nowMs() - clock.monotonicMs() + monotonicMs;
}

/** Runs `action` every `ms`, never two at once; the answer stops it and waits for the one under way. */
export function repeat(clock: Clock, ms: number, action: () => Promise<void> | void): () => Promise<void> {
  let stopped = false;
  let cancel = (): void => undefined;
  let running: Promise<void> = Promise.resolve();
  const schedule = (): void => {
    cancel = clock.setTimer(ms, () => {
      running = Promise.resolve()
        .then(action)
        .finally(() => {
          if (!stopped) schedule();
        });
    });
  };
  schedule();
  return async () => {
    stopped = true;
    cancel();
    await running;
  };
}
