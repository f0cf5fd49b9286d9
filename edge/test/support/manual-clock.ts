/** A clock that tests drive: nothing happens until `advance`. */
import type { Clock } from '../../src/base/clock.ts';

export interface ManualClock extends Clock {
  /** Moves both clocks on, running due timers in order and letting their promises settle. */
  advance(ms: number): Promise<void>;
  /** Steps the wall clock alone, as NTP does. */
  stepWall(ms: number): void;
}

interface Timer {
  dueMs: number;
  action: () => void;
}

export function createManualClock(startMs = Date.UTC(2026, 0, 1)): ManualClock {
  let wallMs = startMs;
  let monotonicMs = 1_000;
  const timers = new Set<Timer>();
  const setTimer = (ms: number, action: () => void): (() => void) => {
    const timer = { dueMs: monotonicMs + ms, action };
    timers.add(timer);
    return () => void timers.delete(timer);
  };
  const nextDue = (untilMs: number): Timer | undefined =>
    [...timers].filter(({ dueMs }) => dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs)[0];

  return {
    nowMs: () => wallMs,
    monotonicMs: () => monotonicMs,
    setTimer,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const cancel = setTimer(ms, resolve);
        signal?.addEventListener('abort', () => {
          cancel();
          reject(signal.reason as Error);
        });
      }),
    async advance(ms) {
      const untilMs = monotonicMs + ms;
      for (let timer = nextDue(untilMs); timer !== undefined; timer = nextDue(untilMs)) {
        wallMs += timer.dueMs - monotonicMs;
        monotonicMs = timer.dueMs;
        timers.delete(timer);
        timer.action();
        await settle();
      }
      wallMs += untilMs - monotonicMs;
      monotonicMs = untilMs;
      await settle();
    },
    stepWall(ms) {
      wallMs += ms;
    },
  };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
