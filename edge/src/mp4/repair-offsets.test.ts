import { expect, test } from 'vitest';
import { repairDurations } from './repair-durations.ts';
import { repairOffsets } from './repair-offsets.ts';
import type { TimedFrames } from './repair-offsets.ts';

const FRAME = 3_600;

/** Frames as FFmpeg writes those of a camera that sends two B-frames between others: I P B B P B B … */
function listFrames(count: number): { durations: number[]; offsets: number[]; keyframes: number[] } {
  const isBetween = (index: number): boolean => index > 0 && index % 3 !== 1;
  return {
    durations: Array<number>(count).fill(FRAME),
    offsets: Array.from(
      { length: count },
      (_, index) => (index === 0 ? 2 : isBetween(index) ? 1 : 4) * FRAME,
    ),
    keyframes: Array.from({ length: count }, (_, index) => (index === 0 ? 1 : 0)),
  };
}

/** Where each frame is shown, ticks. */
function shownTicks({ durations, offsets }: Pick<TimedFrames, 'durations' | 'offsets'>): number[] {
  let ticks = 0;
  return Array.from(offsets).map((offset, index) => {
    const at = ticks + offset;
    ticks += durations[index] ?? 0;
    return at;
  });
}

/** The stamp of that frame is lost: it is shown when it is decoded, which is where the frame before the last ended. */
function loseStamp(frames: ReturnType<typeof listFrames>, index: number): ReturnType<typeof listFrames> {
  const { durations, offsets, keyframes } = structuredClone(frames);
  const [before, lost] = [index - 1, index];
  offsets[lost] = 0;
  durations[lost] = 1;
  durations[lost + 1] = 2 * FRAME - 1;
  offsets[lost + 1] = (offsets[lost + 1] ?? 0) + FRAME - 1;
  expect(durations[before]).toBe(FRAME);
  return { durations, offsets, keyframes };
}

function repair(frames: Omit<TimedFrames, 'spread'>): Pick<TimedFrames, 'durations' | 'offsets'> {
  const spread = repairDurations(frames.durations);
  return { durations: spread, offsets: repairOffsets({ ...frames, spread }) };
}

test('a frame whose stamp was lost is shown where none is', () => {
  const frames = listFrames(40);
  const whole = shownTicks(frames);
  for (const index of [19, 22, 25]) {
    const lost = loseStamp(frames, index);
    expect(new Set(shownTicks(lost)).size).toBe(39);
    expect(shownTicks(repair(lost))).toEqual(whole);
  }
});

/** Frames are decoded one tick apart up to one that takes the rest; they are shown when they were. */
function squeeze(
  frames: ReturnType<typeof listFrames>,
  from: number,
  to: number,
): ReturnType<typeof listFrames> {
  const durations = frames.durations.map((ticks, index) => (index >= from && index < to ? 1 : ticks));
  durations[to] = (to - from + 1) * FRAME - (to - from);
  const [decoded, shown] = [shownTicks({ durations, offsets: durations.map(() => 0) }), shownTicks(frames)];
  return { ...frames, durations, offsets: shown.map((at, index) => at - (decoded[index] ?? 0)) };
}

test.each([
  [0, 3],
  [1, 2],
  [1, 3],
])('frames that are decoded one tick apart, %i to %i of a part, are shown when they were', (from, to) => {
  const frames = listFrames(40);
  expect(repair(squeeze(frames, from, to))).toEqual({ durations: frames.durations, offsets: frames.offsets });
});

test('frames with their stamps stay as they are, beside a gap too', () => {
  const frames = listFrames(40);
  expect(repair(frames).offsets).toEqual(frames.offsets);
  const gap = {
    ...frames,
    durations: frames.durations.map((ticks, index) => (index === 20 ? 180_000 : ticks)),
  };
  expect(repair(gap).offsets).toEqual(frames.offsets);
});

test('a camera that reorders nothing has none to repair', () => {
  const offsets = Array<number>(40).fill(0);
  const durations = offsets.map((_, index) => (index === 20 ? 1 : FRAME));
  expect(repair({ durations, offsets, keyframes: offsets }).offsets).toEqual(offsets);
});
