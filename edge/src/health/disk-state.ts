/** When the disk is called full, and what becomes of the ballast then. Pure. */

export interface DiskLimits {
  /** Less free than this is full: FFmpeg can write no fragment. */
  fullBytes: number;
  /** What must be free beside a whole ballast before recording goes on, so that it does not end at once again. */
  resumeBytes: number;
  /** The last writers find the disk full before anything is given up; milliseconds. */
  releaseAfterMs: number;
}

export const DISK_LIMITS: DiskLimits = {
  fullBytes: 1024 * 1024,
  resumeBytes: 64 * 1024 * 1024,
  releaseAfterMs: 2_000,
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
}

export interface DiskDecision {
  state: DiskState;
  ballast: 'keep' | 'release' | 'restore';
}

export function planDisk(
  { fullSinceMs }: DiskState,
  { freeBytes, nowMs, wantedBytes, heldBytes }: DiskFacts,
  limits: DiskLimits,
): DiskDecision {
  const missingBytes = Math.max(0, wantedBytes - heldBytes);
  if (freeBytes >= missingBytes + limits.resumeBytes) {
    return { state: { fullSinceMs: undefined }, ballast: missingBytes === 0 ? 'keep' : 'restore' };
  }
  if (freeBytes >= limits.fullBytes) return { state: { fullSinceMs }, ballast: 'keep' };
  const sinceMs = fullSinceMs ?? nowMs;
  const isDue = heldBytes > 0 && nowMs - sinceMs >= limits.releaseAfterMs;
  return { state: { fullSinceMs: sinceMs }, ballast: isDue ? 'release' : 'keep' };
}
