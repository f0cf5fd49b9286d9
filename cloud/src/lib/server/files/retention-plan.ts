/** When a club's videos end, and what is said before. Pure; instants are Unix milliseconds. */

export const DAY_MS = 24 * 60 * 60_000;

/** Days before a video ends at which that is said; the last of them is always said before it ends. */
export const NOTICE_DAYS = [7, 1] as const;

export interface Notice {
  daysBefore: number;
  madeAt: number;
}

/** Undefined where the club keeps its videos. */
export function planExpiry(recordedAt: number, retentionDays: number | null): number | undefined {
  return retentionDays === null ? undefined : recordedAt + retentionDays * DAY_MS;
}

/** The notice that is due and was not made, in days before the end: of several the last, which stands for those before. */
export function planNotice(expiresAt: number, made: readonly Notice[], nowMs: number): number | undefined {
  const due = NOTICE_DAYS.findLast((days) => nowMs >= expiresAt - days * DAY_MS);
  return made.some(({ daysBefore }) => daysBefore === due) ? undefined : due;
}

/** When a video is deleted of which something is said now: not before that is a day old. */
export function planEnd(expiresAt: number, nowMs: number): number {
  return Math.max(expiresAt, nowMs + DAY_MS);
}

/**
 * Whether a video is to be deleted now: it has expired, and the last notice is a day old. So a club that sets a shorter
 * time, or a portal that was off for a week, deletes nothing that nobody was told of.
 */
export function isToBeDeleted(expiresAt: number, made: readonly Notice[], nowMs: number): boolean {
  const last = made.find(({ daysBefore }) => daysBefore === NOTICE_DAYS.at(-1));
  return nowMs >= expiresAt && last !== undefined && nowMs >= last.madeAt + DAY_MS;
}
