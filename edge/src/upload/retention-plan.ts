/**
 * Which copies leave the device. Pure. Only what the portal has confirmed ever does: the oldest first, by age and, while
 * the disk is short of room, before their time.
 */

export interface LocalCopy {
  sessionId: string;
  bytes: number;
  /** When the portal confirmed the stored object, by the device's wall clock; undefined while it has not. */
  confirmedAtMs: number | undefined;
  /** Whether all that belongs beside the movie has been sent too. */
  isSettled: boolean;
}

export interface RetentionFacts {
  copies: readonly LocalCopy[];
  nowMs: number;
  /** How long a confirmed copy may stay. */
  keepMs: number;
  freeBytes: number;
  /** Room that is to be kept free for recordings. */
  wantedFreeBytes: number;
}

export const KEEP_UPLOADED_HOURS = 48;
/** Room for so many hours on every court, at 8 Mbit/s, but no more than a share of the disk. */
const SPARE_HOURS = 4;
const BYTES_PER_HOUR = 3_600 * 1_000_000;
const MOST_OF_DISK = 0.25;

export function planWantedFree(courts: number, diskBytes: number): number {
  return Math.min(courts * SPARE_HOURS * BYTES_PER_HOUR, diskBytes * MOST_OF_DISK);
}

/** When the last movie of a match was confirmed; undefined while one of them is not. */
export function planConfirmedAt(
  movies: readonly ({ confirmed: boolean; confirmedAtMs?: number | undefined } | undefined)[],
  endedAtMs: number,
): number | undefined {
  if (!movies.every((movie) => movie?.confirmed === true)) return undefined;
  return Math.max(...movies.map((movie) => movie?.confirmedAtMs ?? endedAtMs));
}

/** In the order in which they go. */
export function planRetention(facts: RetentionFacts): string[] {
  const { nowMs, keepMs, wantedFreeBytes } = facts;
  const confirmed = facts.copies
    .flatMap((copy) =>
      copy.confirmedAtMs === undefined ? [] : [{ ...copy, confirmedAtMs: copy.confirmedAtMs }],
    )
    .sort((a, b) => a.confirmedAtMs - b.confirmedAtMs);
  const leaving: string[] = [];
  let { freeBytes } = facts;
  for (const { sessionId, bytes, confirmedAtMs, isSettled } of confirmed) {
    const isOld = isSettled && nowMs - confirmedAtMs >= keepMs;
    if (!isOld && freeBytes >= wantedFreeBytes) continue;
    leaving.push(sessionId);
    freeBytes += bytes;
  }
  return leaving;
}
