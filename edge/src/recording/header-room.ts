/** How much room a header-first object keeps for its index. Pure. */
import { MAX_HEADER_ROOM_BYTES } from '@padelvar/shared/limits';

/** Index bytes per second of video: 25 frames at 16 bytes. Measured: 0.58 to 0.74 MB in 90 min, 1.8 MB with jittering stamps. */
const BYTES_PER_SECOND = 400;
const FIXED_BYTES = 64 * 1024;

export function planHeaderRoom(durationSeconds: number): number {
  return Math.min(MAX_HEADER_ROOM_BYTES, FIXED_BYTES + durationSeconds * BYTES_PER_SECOND);
}
