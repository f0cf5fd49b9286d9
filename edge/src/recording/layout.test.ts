import { MAX_DURATION_MINUTES, MAX_HEADER_ROOM_BYTES } from '@padelvar/shared/limits';
import { expect, test } from 'vitest';
import { INDEX_LAST_ROOM_BYTES } from '@padelvar/shared/mp4/movie-header';
import { planHeaderRoom, planLayout } from './layout.ts';

test('90 minutes at a constant rate fit, as measured', () => {
  expect(planHeaderRoom('header-first', 90 * 60)).toBeGreaterThan(740_000 * 2);
});

test('more time never means less room, and never more than part 1 can hold', () => {
  let last = 0;
  for (let minutes = 1; minutes <= MAX_DURATION_MINUTES; minutes += 1) {
    const room = planHeaderRoom('header-first', minutes * 60);
    expect(room).toBeGreaterThanOrEqual(last);
    expect(room).toBeLessThanOrEqual(MAX_HEADER_ROOM_BYTES);
    last = room;
  }
});

test('an index at the end keeps no room', () => {
  expect(planHeaderRoom('index-last', 90 * 60)).toBe(INDEX_LAST_ROOM_BYTES);
});

test.each([
  [undefined, 4_000, 'header-first'],
  [20_000, 4_000, 'header-first'],
  [16_000, 4_000, 'header-first'],
  [15_999, 4_000, 'index-last'],
  [4_800, 4_000, 'index-last'],
  [20_000, 16 * 4_000, 'index-last'],
  [0, 4_000, 'index-last'],
] as const)('a free uplink of %s kbit/s beside %s kbit/s that run means %s', (free, running, layout) => {
  expect(planLayout(free, running)).toBe(layout);
});
