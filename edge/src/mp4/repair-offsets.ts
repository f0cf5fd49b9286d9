/**
 * After a camera's pause of about a second FFmpeg loses the time stamp of one frame (seen with 5.1: "pts has no value") and shows
 * it when it is decoded, a tick before the frame behind it. Where frames are reordered another is shown then, and none where it
 * belongs: the hole beside it is its own. Pure.
 */

export interface TimedFrames {
  /** Ticks, as FFmpeg wrote them. */
  durations: ArrayLike<number>;
  /** The same as they will be in the movie, where the squeezed ones are spread. */
  spread: ArrayLike<number>;
  /** Presentation minus decode time, ticks. */
  offsets: ArrayLike<number>;
  keyframes: ArrayLike<number>;
}

/** A frame that is decoded a tick before the next. */
const SQUEEZED_TICKS = 2;
/** Frames before and behind, in the order of decoding, among which a frame's place is looked for: far more than are reordered. */
const AROUND = 16;
/** A hole is as long as two frames; a gap, which is longer, is none. */
const HOLE = { least: 1.5, most: 2.5 };

/** Offsets of one part; the answer has the same length. */
export function repairOffsets({ durations, spread, offsets, keyframes }: TimedFrames): number[] {
  const repaired = Array.from(offsets);
  const [decodeTicks, movedTicks] = [listTimes(durations), listTimes(spread)];
  for (let index = 0; index < repaired.length; index += 1) {
    const isLost = offsets[index] === 0 && (durations[index] ?? 0) < SQUEEZED_TICKS && keyframes[index] !== 1;
    if (!isLost) continue;
    const shownAt = (at: number): number => (decodeTicks[at] ?? 0) + (repaired[at] ?? 0);
    const others: number[] = [];
    for (let at = Math.max(0, index - AROUND); at < Math.min(repaired.length, index + AROUND); at += 1)
      if (at !== index) others.push(shownAt(at));
    const hole = findHole(
      others.sort((a, b) => a - b),
      shownAt(index),
    );
    if (hole === undefined) continue;
    repaired[index] = hole - (movedTicks[index] ?? 0);
    // The one behind it is decoded later now, and shown when it was.
    const next = index + 1;
    if (next < repaired.length)
      repaired[next] = (offsets[next] ?? 0) + (decodeTicks[next] ?? 0) - (movedTicks[next] ?? 0);
  }
  return repaired;
}

/** When each frame is decoded, ticks. */
function listTimes(durations: ArrayLike<number>): number[] {
  let ticks = 0;
  return Array.from(durations, (duration) => (ticks += duration) - duration);
}

/** The middle of the first hole behind `fromTicks`, where another frame is shown then; `shown` is sorted. */
function findHole(shown: readonly number[], fromTicks: number): number | undefined {
  if (!shown.includes(fromTicks)) return undefined;
  const steps = shown.slice(1).map((at, index) => at - (shown[index] ?? 0));
  const typical = steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0;
  const index = steps.findIndex(
    (step, at) => (shown[at] ?? 0) >= fromTicks && step > HOLE.least * typical && step < HOLE.most * typical,
  );
  const before = shown[index];
  return index < 0 || before === undefined ? undefined : before + Math.round((steps[index] ?? 0) / 2);
}
