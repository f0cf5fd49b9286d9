/**
 * The first samples of an RTSP ingest are stamped one tick apart and the one behind them takes the rest
 * (seen with FFmpeg 5.1, worse with B-frames and H.265). Spread evenly, the sum stays, so nothing moves after them.
 */

/** A duration below this share of the median is no real frame interval. */
const SHORT_SHARE = 0.25;

/** Durations of one part, ticks; the answer has the same length and the same sum. */
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

function spread(durations: number[], from: number, to: number): void {
  const count = to - from + 1;
  const total = durations.slice(from, to + 1).reduce((sum, duration) => sum + duration, 0);
  for (let index = 0; index < count; index += 1) {
    durations[from + index] = Math.floor((total * (index + 1)) / count) - Math.floor((total * index) / count);
  }
}

function medianOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
