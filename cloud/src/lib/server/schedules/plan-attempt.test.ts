import { expect, it } from 'vitest';
import { planLatest, planMinutes } from './plan-attempt.ts';

const MINUTE = 60_000;

it.each([
  ['in time: all of it', 90, 0, 90],
  ['some seconds late: all of it', 90, 40_000, 90],
  ['minutes late: it ends as planned, to the minute', 90, 3 * MINUTE + 5000, 87],
  ['as late as it may be', 90, 10 * MINUTE, 80],
  ['later: not at all', 90, 10 * MINUTE + 1, undefined],
  ['a short one, late', 5, 4 * MINUTE, 1],
  ['a short one at its very end', 5, 5 * MINUTE, 1],
  ['a short one that is over', 5, 5 * MINUTE + 1, undefined],
])('%s', (_fact, durationMinutes, lateMs, minutes) => {
  expect(planMinutes({ dueAt: 1e12, durationMinutes }, 1e12 + lateMs)).toBe(minutes);
});

it('is tried for ten minutes, a shorter one for as long as it lasts', () => {
  expect(planLatest({ dueAt: 0, durationMinutes: 90 })).toBe(10 * MINUTE);
  expect(planLatest({ dueAt: 0, durationMinutes: 5 })).toBe(5 * MINUTE);
});
