/**
 * The court's own time: one live stream shared by all who watch it. Frame k is due exactly k intervals after the
 * start, by the monotonic clock, so there is no drift; a late timer makes up what it owes.
 */
import type { Clock } from '../base/clock.ts';

export interface DueFrame {
  /** Frames since the court's start, over all rounds of the clip. */
  index: number;
  /** When it is due, monotonic milliseconds. */
  dueAtMs: number;
}

/** Calls `onFrame` for every frame; the answer stops it. */
export function startFrameClock(clock: Clock, fps: number, onFrame: (frame: DueFrame) => void): () => void {
  const startedAtMs = clock.monotonicMs();
  const dueAt = (index: number): number => startedAtMs + (index * 1000) / fps;
  let next = 0;
  let stopped = false;
  let cancel = (): void => undefined;
  const tick = (): void => {
    for (; !stopped && dueAt(next) <= clock.monotonicMs(); next += 1) {
      onFrame({ index: next, dueAtMs: dueAt(next) });
    }
    // Timers count whole milliseconds and may fire a fraction early.
    if (!stopped) cancel = clock.setTimer(Math.max(1, Math.ceil(dueAt(next) - clock.monotonicMs())), tick);
  };
  cancel = clock.setTimer(0, tick);
  return () => {
    stopped = true;
    cancel();
  };
}
