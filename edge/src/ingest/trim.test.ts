import { expect, test } from 'vitest';
import { createPartIndex, planFragments } from '../../test/support/synthetic-part.ts';
import { planTrim } from './trim.ts';

/** A keyframe every 1.92 s, fragments of 0.48 s. */
const { init, fragments } = createPartIndex(1, 0, planFragments(41));

test.each([
  [10_000, 16],
  [9_600, 20],
  [1_920, 36],
  [0, 40],
])('with a window of %i ms the part begins with the keyframe of fragment %i', (keepMs, index) => {
  expect(planTrim(init, fragments, keepMs)).toBe(fragments[index]?.offset);
});

test('a part that is younger than the window is left as it is, but for its first keyframe', () => {
  expect(planTrim(init, fragments.slice(0, 5), 10_000)).toBeUndefined();
  expect(planTrim(init, [], 10_000)).toBeUndefined();
});
