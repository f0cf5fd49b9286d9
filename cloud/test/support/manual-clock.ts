/** A clock that tests drive: nothing happens until `advance`. */
import type { Clock } from '../../src/lib/server/clock.ts';

export interface ManualClock extends Clock {
  /** Moves both clocks on, running due timers in order and letting their promises settle. */
  advance(ms: number): Promise<void>;
}

export function createManualClock(startMs = Date.UTC(2026, 5, 1, 18, 30)): ManualClock {
  let elapsedMs = 0;
  const timers = new Set<{ dueMs: number; action: () => void }>();
  const nextDue = (untilMs: number): { dueMs: number; action: () => void } | undefined =>
    [...timers].filter(({ dueMs }) => dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs)[0];

  return {
    nowMs: () => startMs + elapsedMs,
    monotonicMs: () => elapsedMs,
    setTimer(ms, action) {
      const timer = { dueMs: elapsedMs + ms, action };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async advance(ms) {
      const untilMs = elapsedMs + ms;
      for (let timer = nextDue(untilMs); timer !== undefined; timer = nextDue(untilMs)) {
        elapsedMs = timer.dueMs;
        timers.delete(timer);
        timer.action();
        await settle();
      }
      elapsedMs = untilMs;
      await settle();
    },
  };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
