/**
 * The first samples of an RTSP ingest are stamped one tick apart and the one behind them takes the rest
 * (seen with FFmpeg 5.1, worse with B-frames and H.265). Spread evenly, the sum stays, so nothing moves after them.
 */

/** A duration below this share of the median is no real frame interval. */
const SHORT_SHARE = 0.25;
/** Frames by which it is told what one lasts at the end: some seconds. */
const NEWEST = 100;

/** Durations of one part, closed, ticks; the answer has the same length and the same sum. */
export function repairDurations(durations: ArrayLike<number>): number[] {
  const repaired = Array.from(durations);
  const shortest = medianOf(repaired) * SHORT_SHARE;
  for (let from = 0; from < repaired.length; from += 1) {
    if ((repaired[from] ?? 0) >= shortest) continue;
    let to = from;
    while (to + 1 < repaired.length && (repaired[to] ?? 0) < shortest) to += 1;
    spread(repaired, from, to);
    from = to;
  }
  return repaired;
}

/**
 * Durations of one part, and `behindTicks` of nothing behind it, which its last frame is shown for; undefined where the movie
 * ends. A camera whose time stands still has frames a tick apart until a later one takes the rest: where the part ends before
 * that they get as much as other frames, out of what is behind them, or else the movie is longer by as much.
 */
export function closeDurations(durations: ArrayLike<number>, behindTicks: number | undefined): number[] {
  const closed = Array.from(durations);
  const last = closed.length - 1;
  if (last < 0) return [];
  const typicalTicks = medianOf(closed.slice(-NEWEST));
  const isSqueezed = (ticks: number): boolean => ticks < typicalTicks * SHORT_SHARE;
  const first = closed.findLastIndex((ticks, index) => index < last && !isSqueezed(ticks)) + 1;
  const end = closed.slice(first);
  const lackTicks = end.some(isSqueezed) ? Math.max(0, end.length * typicalTicks - totalOf(end)) : 0;
  const givenTicks = Math.min(lackTicks, behindTicks ?? lackTicks);
  closed[last] = (closed[last] ?? 0) + givenTicks;
  spread(closed, first, last);
  closed[last] += (behindTicks ?? givenTicks) - givenTicks;
  return closed;
}

function spread(durations: number[], from: number, to: number): void {
  const count = to - from + 1;
  const total = totalOf(durations.slice(from, to + 1));
  for (let index = 0; index < count; index += 1) {
    durations[from + index] = Math.floor((total * (index + 1)) / count) - Math.floor((total * index) / count);
  }
}

export function totalOf(durations: ArrayLike<number>): number {
  return Array.from(durations).reduce((sum, duration) => sum + duration, 0);
}

function medianOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
