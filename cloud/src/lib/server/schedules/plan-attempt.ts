/** Whether a planned recording that is due may still begin, and how much of it: pure. Milliseconds. */
import type { ScheduleOutcome } from '@padelvar/shared/schedule-api';

/** What is due longer than this is over: a match is not begun in its middle. */
export const LATE_MS = 10 * 60_000;

/** What may be otherwise a moment later, and leaves nothing behind. */
export const PASSING: readonly ScheduleOutcome[] = ['court_busy', 'device_offline'];

export interface Planned {
  dueAt: number;
  durationMinutes: number;
}

/** Until when it may begin. */
export function planLatest({ dueAt, durationMinutes }: Planned): number {
  return dueAt + Math.min(LATE_MS, durationMinutes * 60_000);
}

/** Whole minutes up to its planned end, so that it is not in the way of what comes next; undefined: it is over. */
export function planMinutes(planned: Planned, nowMs: number): number | undefined {
  if (nowMs > planLatest(planned)) return undefined;
  const leftMs = planned.dueAt + planned.durationMinutes * 60_000 - nowMs;
  return Math.max(1, Math.ceil(leftMs / 60_000));
}
