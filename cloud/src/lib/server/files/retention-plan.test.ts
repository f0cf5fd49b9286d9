import { expect, test } from 'vitest';
import { DAY_MS, isToBeDeleted, planEnd, planExpiry, planNotice } from './retention-plan.ts';

const END = 1000 * DAY_MS;
const before = (days: number): number => END - days * DAY_MS;

test('a video ends so many days after it was recorded, or never', () => {
  expect(planExpiry(5, 30)).toBe(5 + 30 * DAY_MS);
  expect(planExpiry(5, null)).toBeUndefined();
});

test.each([
  ['eight days before', before(8), [], undefined],
  ['a week before', before(7), [], 7],
  ['a week before, said already', before(6), [{ daysBefore: 7, madeAt: before(7) }], undefined],
  ['a day before', before(1), [{ daysBefore: 7, madeAt: before(7) }], 1],
  ['when nobody said anything in time', before(0), [], 1],
  ['when only the last was said', before(0), [{ daysBefore: 1, madeAt: before(0.5) }], undefined],
])('%s the notice due is that of %s days', (_when, nowMs, made, expected) => {
  expect(planNotice(END, made, nowMs)).toBe(expected);
});

test.each([
  ['a week before its end', before(7), END],
  ['a day before its end', before(1), END],
  ['half a day before its end', before(0.5), END + DAY_MS / 2],
  ['after its end', END + DAY_MS, END + 2 * DAY_MS],
])('a video that is announced %s is deleted by then, and a day later at the earliest', (_when, nowMs, at) => {
  expect(planEnd(END, nowMs)).toBe(at);
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
