/** When the disk is called full, and what becomes of the ballast then. Pure. */

export interface DiskLimits {
  /** Less free than this is full: FFmpeg can write no fragment. */
  fullBytes: number;
  /** What must be free beside a whole ballast before recording goes on, so that it does not end at once again. */
  resumeBytes: number;
  /** The last writers find the disk full before anything is given up: at least so long, milliseconds, */
  releaseAfterMs: number;
  /** and until no more than this was written between two looks. */
  quietBytes: number;
}

export const DISK_LIMITS: DiskLimits = {
  fullBytes: 1024 * 1024,
  resumeBytes: 64 * 1024 * 1024,
  releaseAfterMs: 2_000,
  quietBytes: 16 * 1024,
};

export interface DiskFacts {
  freeBytes: number;
  nowMs: number;
  /** Of the ballast: what it should be, and what there is of it. */
  wantedBytes: number;
  heldBytes: number;
}

export interface DiskState {
  /** Monotonic milliseconds since when; undefined while there is room. */
  fullSinceMs: number | undefined;
  /** When last looked at. */
  freeBytes: number;
}

export const UNKNOWN_DISK: DiskState = { fullSinceMs: undefined, freeBytes: Infinity };

export interface DiskDecision {
  state: DiskState;
  ballast: 'keep' | 'release' | 'restore';
}

export function planDisk(before: DiskState, facts: DiskFacts, limits: DiskLimits): DiskDecision {
  const { freeBytes, nowMs, wantedBytes, heldBytes } = facts;
  const { fullSinceMs } = before;
  const missingBytes = Math.max(0, wantedBytes - heldBytes);
  if (freeBytes >= missingBytes + limits.resumeBytes) {
    return { state: { fullSinceMs: undefined, freeBytes }, ballast: missingBytes === 0 ? 'keep' : 'restore' };
  }
  if (freeBytes >= limits.fullBytes) return { state: { fullSinceMs, freeBytes }, ballast: 'keep' };
  const sinceMs = fullSinceMs ?? nowMs;
  const isQuiet = before.freeBytes - freeBytes <= limits.quietBytes;
  const isDue = heldBytes > 0 && isQuiet && nowMs - sinceMs >= limits.releaseAfterMs;
  return { state: { fullSinceMs: sinceMs, freeBytes }, ballast: isDue ? 'release' : 'keep' };
}
