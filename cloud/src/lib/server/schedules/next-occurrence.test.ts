import { describe, expect, it } from 'vitest';
import { findNextOccurrence, type ScheduleRule } from './next-occurrence.ts';

const weekly: ScheduleRule = { firstDate: '2026-01-01', lastDate: null, time: '20:30', weekdays: ['sun'] };

function next(rule: Partial<ScheduleRule>, after: string, zone = 'Europe/Paris'): string | undefined {
  const found = findNextOccurrence({ ...weekly, ...rule }, zone, Date.parse(after));
  return found === undefined ? undefined : new Date(found).toISOString();
}

describe('a weekly recording', () => {
  it.each([
    ['in winter', {}, '2026-01-05T00:00:00Z', '2026-01-11T19:30:00.000Z'],
    ['in summer: the same time on the wall', {}, '2026-06-30T00:00:00Z', '2026-07-05T18:30:00.000Z'],
    ['on the day the clock jumps forward', {}, '2026-03-28T12:00:00Z', '2026-03-29T18:30:00.000Z'],
    ['on the day it jumps back', {}, '2026-10-24T12:00:00Z', '2026-10-25T19:30:00.000Z'],
    ['at its very instant: the next', {}, '2026-01-11T19:30:00Z', '2026-01-18T19:30:00.000Z'],
    ['a millisecond before', {}, '2026-01-11T19:29:59.999Z', '2026-01-11T19:30:00.000Z'],
    ['before its first day', { firstDate: '2026-05-04' }, '2026-01-01T00:00:00Z', '2026-05-10T18:30:00.000Z'],
    ['of several days', { weekdays: ['mon', 'thu'] }, '2026-01-06T00:00:00Z', '2026-01-08T19:30:00.000Z'],
    ['jumped over: as far after', { time: '02:30' }, '2026-03-28T12:00:00Z', '2026-03-29T01:30:00.000Z'],
    ['shown twice: the first', { time: '02:30' }, '2026-10-24T12:00:00Z', '2026-10-25T00:30:00.000Z'],
    [
      'shown twice, the first over: a week on',
      { time: '02:30' },
      '2026-10-25T00:30:00Z',
      '2026-11-01T01:30:00.000Z',
    ],
  ] as const)('%s', (_what, rule, after, expected) => {
    expect(next(rule, after)).toBe(expected);
  });

  it('far from UTC is on the weekday of the wall there', () => {
    expect(next({ time: '00:15' }, '2026-06-05T12:00:00Z', 'Pacific/Kiritimati')).toBe(
      '2026-06-06T10:15:00.000Z',
    );
    expect(next({ time: '23:45' }, '2026-06-05T12:00:00Z', 'Pacific/Honolulu')).toBe(
      '2026-06-08T09:45:00.000Z',
    );
  });

  it('ends after its last day', () => {
    const rule = { lastDate: '2026-01-11' };
    expect(next(rule, '2026-01-05T00:00:00Z')).toBe('2026-01-11T19:30:00.000Z');
    expect(next(rule, '2026-01-11T19:30:00Z')).toBeUndefined();
  });

  it('comes 52 times a year at the same time on the wall, each a week after the last by the calendar', () => {
    let after = Date.parse('2026-01-01T00:00:00Z');
    const hours = new Set<string>();
    let count = 0;
    for (;;) {
      const found = findNextOccurrence(weekly, 'Europe/Paris', after);
      if (found === undefined || found > Date.parse('2027-01-01T00:00:00Z')) break;
      hours.add(new Date(found).toLocaleTimeString('en-GB', { timeZone: 'Europe/Paris' }));
      after = found;
      count += 1;
    }
    expect([...hours]).toEqual(['20:30:00']);
    expect(count).toBe(52);
  });
});

it('a recording of one day is due once', () => {
  const rule = { weekdays: [], firstDate: '2026-03-29' };
  expect(next(rule, '2026-01-01T00:00:00Z')).toBe('2026-03-29T18:30:00.000Z');
  expect(next(rule, '2026-03-29T18:30:00Z')).toBeUndefined();
});
