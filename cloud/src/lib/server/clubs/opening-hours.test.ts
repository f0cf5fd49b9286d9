import type { OpeningHours } from '@padelvar/shared/opening-hours';
import { describe, expect, it } from 'vitest';
import { findNextOpening, isOpenAt } from './opening-hours.ts';

const day = { opens: '08:00', closes: '23:00' };
const HOURS: OpeningHours = {
  ...{ mon: day, tue: day, wed: day, thu: null },
  fri: { opens: '09:30', closes: '01:00' },
  sat: { opens: '00:00', closes: '24:00' },
  sun: { opens: '10:00', closes: '10:00' },
};
const PARIS = 'Europe/Paris';
const at = (text: string): number => Date.parse(text);

describe('a club in Paris', () => {
  it.each([
    ['Tuesday at 07:59', '2026-01-06T06:59:59Z', false],
    ['Monday at 08:00', '2026-01-05T07:00:00Z', true],
    ['Monday at 22:59', '2026-01-05T21:59:59Z', true],
    ['Monday at 23:00', '2026-01-05T22:00:00Z', false],
    ['Thursday, its day of rest', '2026-01-08T12:00:00Z', false],
    ['Friday at 23:30', '2026-01-09T22:30:00Z', true],
    ['Saturday at 23:59', '2026-01-10T22:59:00Z', true],
    ['Sunday at 00:30', '2026-01-10T23:30:00Z', false],
    ['Sunday at 12:00, open from ten to ten', '2026-01-11T11:00:00Z', true],
    ['Monday at 07:30, in the night from Sunday', '2026-01-12T06:30:00Z', true],
    ['Monday at 08:00 in summer', '2026-07-06T06:00:00Z', true],
    ['Tuesday at 07:59 in summer', '2026-07-07T05:59:00Z', false],
  ])('on %s (%s) is open: %s', (_when, instant, open) => {
    expect(isOpenAt(HOURS, PARIS, at(instant))).toBe(open);
  });

  it('without hours is always open', () => {
    expect(isOpenAt(null, PARIS, at('2026-01-08T03:00:00Z'))).toBe(true);
    expect(findNextOpening(null, PARIS, at('2026-01-08T03:00:00Z'))).toBeNull();
  });

  it.each([
    ['before opening', '2026-01-05T05:00:00Z', { weekday: 'mon', time: '08:00' }],
    ['after closing', '2026-01-05T22:30:00Z', { weekday: 'tue', time: '08:00' }],
    ['on its day of rest', '2026-01-08T12:00:00Z', { weekday: 'fri', time: '09:30' }],
  ])('says %s when it opens next', (_when, instant, next) => {
    expect(findNextOpening(HOURS, PARIS, at(instant))).toEqual(next);
  });

  it('that never opens says so', () => {
    const never = { mon: null, tue: null, wed: null, thu: null, fri: null, sat: null, sun: null };
    expect(isOpenAt(never, PARIS, at('2026-01-05T12:00:00Z'))).toBe(false);
    expect(findNextOpening(never, PARIS, at('2026-01-05T12:00:00Z'))).toBeNull();
  });
});
