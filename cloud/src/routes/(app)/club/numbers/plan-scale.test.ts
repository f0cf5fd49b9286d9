import { expect, it } from 'vitest';
import { planMiddle } from './plan-scale.ts';

it.each([
  [0, 1],
  [1, 1],
  [2, 1],
  [3, 2],
  [5, 3],
  [12, 10],
  [150, 100],
])('a chart of up to %i recordings has %i in the middle', (most, middle) => {
  expect(planMiddle(most, 'recordings')).toBe(middle);
  expect(planMiddle(most, 'failures')).toBe(middle);
});

it.each([
  [0, 15],
  [30, 15],
  [31, 30],
  [61, 60],
  [90, 60],
  [180, 120],
  [330, 180],
  [900, 600],
])('a chart of up to %i minutes has %i in the middle', (most, middle) => {
  expect(planMiddle(most, 'minutes')).toBe(middle);
});
