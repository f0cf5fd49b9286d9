import { expect, test } from 'vitest';
import { countDays, formatAge, formatDay, formatMoment, formatTime } from './format.ts';

const AT = (text: string): number => Date.parse(text);

test('days are those of the club’s calendar, not of 24 hours', () => {
  const expiresAt = '2026-06-03T22:30:00Z';
  expect(countDays(AT('2026-06-02T21:00:00Z'), expiresAt, 'Europe/Paris')).toBe(2);
  expect(countDays(AT('2026-06-02T23:00:00Z'), expiresAt, 'Europe/Paris')).toBe(1);
  expect(countDays(AT('2026-06-02T23:00:00Z'), expiresAt, 'UTC')).toBe(1);
  expect(countDays(AT('2026-06-03T22:10:00Z'), expiresAt, 'Europe/Paris')).toBe(0);
});

test('the age of a picture is exact while it is small, and keeps its unit', () => {
  expect(formatAge(430)).toBe('0.4\u00a0s');
  expect(formatAge(12_300)).toBe('12\u00a0s');
});

test('the clocks of summer and winter change no day', () => {
  expect(countDays(AT('2026-10-24T10:00:00Z'), '2026-10-26T10:00:00Z', 'Europe/Paris')).toBe(2);
});

test('what is over is over today', () => {
  expect(countDays(AT('2026-06-05T10:00:00Z'), '2026-06-03T10:00:00Z', 'Europe/Paris')).toBe(0);
});

test.each([
  ['in the club’s zone', '2026-06-03T22:30:00Z', 'Europe/Paris', '4 Jun 2026, 00:30', '00:30'],
  ['the other side of the world', '2026-06-03T22:30:00Z', 'America/Lima', '3 Jun 2026, 17:30', '17:30'],
  ['in winter', '2026-12-31T23:30:00Z', 'Europe/Madrid', '1 Jan 2027, 00:30', '00:30'],
])('a moment is told by the club’s clock: %s', (_what, instant, timeZone, moment, time) => {
  expect(formatMoment(instant, timeZone)).toBe(moment);
  expect(formatTime(instant, timeZone)).toBe(time);
});

test('a day tells its year where the club’s calendar has another one by now', () => {
  const newYear = '2026-12-31T23:30:00Z';
  const nowMs = AT('2027-01-01T08:00:00Z');
  expect(formatDay(newYear, nowMs, 'Europe/Madrid')).toBe('Friday 1 January');
  expect(formatDay(newYear, nowMs, 'Atlantic/Azores')).toBe('Thursday, 31 December 2026');
});
