/**
 * Where the index of the stored object stands, and how much room is kept for it before the payload. Pure. Index first
 * plays with one request less; index last leaves less to send after the stop, which counts on a slow line.
 */
import { MAX_HEADER_ROOM_BYTES } from '@padelvar/shared/limits';
import { INDEX_LAST_ROOM_BYTES } from '@padelvar/shared/mp4/movie-header';

export type ObjectLayout = 'header-first' | 'index-last';

/** The index goes first where the free uplink is at least so many times what runs. */
export const HEADER_FIRST_RATIO = 4;

/** Index bytes per second of video: 25 frames at 16 bytes. Measured: 0.58 to 0.74 MB in 90 min, 1.8 MB with jittering stamps. */
const BYTES_PER_SECOND = 400;
const FIXED_BYTES = 64 * 1024;

/**
 * `freeKbitPerSecond`: what the line was seen to carry for uploads; undefined while nobody knows, which is taken for
 * enough. `runningKbitPerSecond`: what all recordings make together, the one that begins included.
 */
export function planLayout(
  freeKbitPerSecond: number | undefined,
  runningKbitPerSecond: number,
): ObjectLayout {
  if (freeKbitPerSecond === undefined) return 'header-first';
  return freeKbitPerSecond >= HEADER_FIRST_RATIO * runningKbitPerSecond ? 'header-first' : 'index-last';
}

/** Object bytes before the payload. */
export function planHeaderRoom(layout: ObjectLayout, durationSeconds: number): number {
  if (layout === 'index-last') return INDEX_LAST_ROOM_BYTES;
  return Math.min(MAX_HEADER_ROOM_BYTES, FIXED_BYTES + durationSeconds * BYTES_PER_SECOND);
}
