/**
 * Which of a camera's pictures is shown at a moment of a movie with a fixed frame rate. Pure.
 *
 * Pictures of a camera with about that rate come now a little early, now a little late. Who takes the newest at each
 * moment shows one twice and misses the next; here each has its turn, as long as that is not half a
 * second late: so long a busy machine may be with reading them.
 */

/** A picture older than this stands for no living camera, milliseconds. */
export const STALE_PICTURE_MS = 3_000;

/** By so much a picture may be shown late, rather than not at all; milliseconds. */
export const MOST_LATE_MS = 500;

export interface PickedFrom {
  /** When the pictures came, in order; milliseconds. */
  arrivalsMs: readonly number[];
  /** Index of the picture that was shown last; -1 where it is gone, or there was none. */
  shown: number;
  dueMs: number;
  /** Between two frames of the movie. */
  intervalMs: number;
}

/**
 * Index of the picture; undefined where it has yet to come. Arrivals until half an interval after `dueMs` are to be known.
 * Where the camera was silent the next picture there is makes up for it.
 */
export function pickPicture({ arrivalsMs, shown, dueMs, intervalMs }: PickedFrom): number | undefined {
  let pick: number | undefined;
  for (let index = shown + 1; index < arrivalsMs.length; index += 1) {
    const arrivedMs = arrivalsMs[index] ?? Infinity;
    if (arrivedMs > dueMs + intervalMs / 2) break;
    pick = index;
    if (arrivedMs >= dueMs - MOST_LATE_MS) break;
  }
  if (pick !== undefined && isFresh(arrivalsMs[pick], dueMs)) return pick;
  if (isFresh(arrivalsMs[shown], dueMs)) return shown;
  const next = Math.max(pick ?? -1, shown) + 1;
  return next < arrivalsMs.length ? next : undefined;
}

function isFresh(arrivedMs: number | undefined, dueMs: number): boolean {
  return arrivedMs !== undefined && dueMs - arrivedMs < STALE_PICTURE_MS;
}
