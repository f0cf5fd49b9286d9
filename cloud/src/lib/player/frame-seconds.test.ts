import { expect, test } from 'vitest';
import { planDistance, planFrameSeconds } from './frame-seconds.ts';

test('where nothing was shown yet, a movie is taken to have 25 pictures a second', () => {
  expect(planFrameSeconds([])).toBe(0.04);
});

test.each([15, 25, 30, 50])('a movie of %d pictures a second is stepped through by one at a time', (rate) => {
  const even = Array.from({ length: 25 }, () => 1 / rate);
  expect(planFrameSeconds(even)).toBeCloseTo(1 / rate, 6);
  const leftOut = even.map((distance, index) => (index % 3 === 0 ? distance : 2 * distance));
  expect(planFrameSeconds(leftOut)).toBeCloseTo(1 / rate, 6);
  const trembling = even.map((distance, index) => distance + ((index % 5) - 2) * 0.001);
  expect(Math.abs(planFrameSeconds(trembling) - 1 / rate)).toBeLessThan(0.0015);
});

test('what was sought or stands still is no distance', () => {
  expect(planDistance(10, 10.04)).toBeCloseTo(0.04, 6);
  expect(planDistance(10, 10)).toBeUndefined();
  expect(planDistance(10, 3)).toBeUndefined();
  expect(planDistance(10, 15)).toBeUndefined();
});
