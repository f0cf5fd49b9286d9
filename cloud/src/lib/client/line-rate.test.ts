import { expect, test } from 'vitest';
import { formatLineRate, formatTyped, parseLineRate } from './line-rate.ts';

test.each([
  ['', null],
  ['  ', null],
  ['8', 8000],
  ['7.5', 7500],
  [' 7,5 ', 7500],
  ['0.064', 64],
  ['0.063', undefined],
  ['10000', 10_000_000],
  ['10001', undefined],
  ['-1', undefined],
  ['1e3', undefined],
  ['fast', undefined],
] as const)('what is typed as "%s" is %s kbit/s', (text, kbit) => {
  expect(parseLineRate(text)).toBe(kbit);
  if (typeof kbit === 'number') expect(parseLineRate(formatTyped(kbit))).toBe(kbit);
});

test('a rate is read in Mbit/s, a small one to the last kbit/s', () => {
  expect(formatLineRate(7500, 'en')).toBe('7.5 Mbit/s');
  expect(formatLineRate(7500, 'fr')).toBe('7,5 Mbit/s');
  expect(formatLineRate(64, 'en')).toBe('0.064 Mbit/s');
  expect(formatLineRate(94_200, 'en')).toBe('94 Mbit/s');
});
