import { expect, test } from 'vitest';
import { countDays } from './format.ts';

const AT = (text: string): number => Date.parse(text);

test('days are those of the club’s calendar, not of 24 hours', () => {
  const expiresAt = '2026-06-03T22:30:00Z';
  expect(countDays(AT('2026-06-02T21:00:00Z'), expiresAt, 'Europe/Paris')).toBe(2);
  expect(countDays(AT('2026-06-02T23:00:00Z'), expiresAt, 'Europe/Paris')).toBe(1);
  expect(countDays(AT('2026-06-02T23:00:00Z'), expiresAt, 'UTC')).toBe(1);
  expect(countDays(AT('2026-06-03T22:10:00Z'), expiresAt, 'Europe/Paris')).toBe(0);
});

test('the clocks of summer and winter change no day', () => {
  expect(countDays(AT('2026-10-24T10:00:00Z'), '2026-10-26T10:00:00Z', 'Europe/Paris')).toBe(2);
});

test('what is over is over today', () => {
  expect(countDays(AT('2026-06-05T10:00:00Z'), '2026-06-03T10:00:00Z', 'Europe/Paris')).toBe(0);
});
