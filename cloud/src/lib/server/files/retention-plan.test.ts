import { expect, test } from 'vitest';
import { DAY_MS, isToBeDeleted, planExpiry, planNotices } from './retention-plan.ts';

const END = 1000 * DAY_MS;
const before = (days: number): number => END - days * DAY_MS;

test('a video ends so many days after it was recorded, or never', () => {
  expect(planExpiry(5, 30)).toBe(5 + 30 * DAY_MS);
  expect(planExpiry(5, null)).toBeUndefined();
});

test.each([
  ['eight days before', before(8), [], []],
  ['a week before', before(7), [], [7]],
  ['a week before, said already', before(6), [{ daysBefore: 7, madeAt: before(7) }], []],
  ['a day before', before(1), [{ daysBefore: 7, madeAt: before(7) }], [1]],
  ['when nobody said anything in time', before(0), [], [7, 1]],
])('%s the notices due are %j', (_when, nowMs, made, expected) => {
  expect(planNotices(END, made, nowMs)).toEqual(expected);
});

test.each([
  ['before its end', before(0.1), before(1), false],
  ['at its end, said a day before', END, before(1), true],
  ['after its end, said just now', END + 1, END, false],
  ['a day after a late notice', END + DAY_MS, END, true],
])('%s a video is deleted: %s', (_when, nowMs, madeAt, expected) => {
  expect(isToBeDeleted(END, [{ daysBefore: 1, madeAt }], nowMs)).toBe(expected);
  expect(isToBeDeleted(END, [{ daysBefore: 7, madeAt: before(7) }], nowMs)).toBe(false);
});
