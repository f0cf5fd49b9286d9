/**
 * When frames are shown that are not shown in the order of decoding. Their presentation times are the camera's own; decode
 * times are FFmpeg's guess, squeezed at the beginning of a part and spread afterwards: a frame that is decoded at another time
 * then is shown when it was.
 *
 * After a camera's pause of about a second FFmpeg loses the time stamp of one frame (seen with 5.1: "pts has no value") and shows
 * it when it is decoded, a tick before the frame behind it. Another is shown then, and none where it belongs: the hole beside it
 * is its own. Pure.
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
  const [decodeTicks, movedTicks] = [listTimes(durations), listTimes(spread)];
  const shown = Array.from(offsets, (offset, index) => (decodeTicks[index] ?? 0) + offset);
  /** Shown at their own time, even where they were to be shown when decoded. */
  const placed = new Set<number>();
  for (let index = 0; index < shown.length; index += 1) {
    const isLost = offsets[index] === 0 && (durations[index] ?? 0) < SQUEEZED_TICKS && keyframes[index] !== 1;
    const at = shown[index] ?? 0;
    if (!isLost) continue;
    const others = shown.slice(Math.max(0, index - AROUND), index + AROUND);
    others.splice(Math.min(index, AROUND), 1);
    const hole = findHole(
      others.sort((a, b) => a - b),
      at,
    );
    if (hole === undefined) continue;
    shown[index] = hole;
    placed.add(index).add(index + 1);
  }
  return shown.map((at, index) => {
    const offset = offsets[index] ?? 0;
    const moved = at - (movedTicks[index] ?? 0);
    if (placed.has(index)) return moved;
    return offset > 0 ? Math.max(0, moved) : offset;
  });
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
