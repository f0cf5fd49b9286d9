import { describe, expect, it } from 'vitest';
import { addDays, findInstant, readWallTime, weekdayOf } from './zoned-time.ts';

const at = (date: string, hour: number, minute: number, zone: string) =>
  new Date(findInstant({ date, hour, minute }, zone)).toISOString();

describe('the instant of a time on the wall', () => {
  it.each([
    ['summer in Paris', '2026-07-01', 20, 30, 'Europe/Paris', '2026-07-01T18:30:00.000Z'],
    ['winter in Paris', '2026-01-15', 20, 30, 'Europe/Paris', '2026-01-15T19:30:00.000Z'],
    ['before the jump forward', '2026-03-29', 1, 59, 'Europe/Paris', '2026-03-29T00:59:00.000Z'],
    ['after the jump forward', '2026-03-29', 3, 0, 'Europe/Paris', '2026-03-29T01:00:00.000Z'],
    ['jumped over: as far after the jump', '2026-03-29', 2, 30, 'Europe/Paris', '2026-03-29T01:30:00.000Z'],
    ['shown twice: the first', '2026-10-25', 2, 30, 'Europe/Paris', '2026-10-25T00:30:00.000Z'],
    ['after the second', '2026-10-25', 3, 0, 'Europe/Paris', '2026-10-25T02:00:00.000Z'],
    ['far west', '2026-06-01', 23, 0, 'Pacific/Honolulu', '2026-06-02T09:00:00.000Z'],
    ['farthest east', '2026-06-01', 0, 0, 'Pacific/Kiritimati', '2026-05-31T10:00:00.000Z'],
    ['a half-hour zone', '2026-06-01', 12, 0, 'Asia/Kolkata', '2026-06-01T06:30:00.000Z'],
    ['a jump of half an hour', '2026-10-04', 2, 15, 'Australia/Lord_Howe', '2026-10-03T15:45:00.000Z'],
    ['New York, jumped over', '2026-03-08', 2, 30, 'America/New_York', '2026-03-08T07:30:00.000Z'],
    ['no daylight saving', '2026-03-29', 2, 30, 'UTC', '2026-03-29T02:30:00.000Z'],
  ])('%s', (_what, date, hour, minute, zone, expected) => {
    expect(at(date, hour, minute, zone)).toBe(expected);
  });

  it('is read back as the same time, all through a year', () => {
    const zone = 'Europe/Paris';
    for (let instant = Date.UTC(2026, 0, 1); instant < Date.UTC(2027, 0, 1); instant += 5 * 60 * 60_000) {
      const wall = readWallTime(instant, zone);
      const found = findInstant(wall, zone);
      expect(readWallTime(found, zone)).toEqual(wall);
      expect([0, 60 * 60_000]).toContain(instant - found);
    }
  });
});

it('days are counted across months, years and changes of the clock', () => {
  expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
  expect(addDays('2028-02-28', 1)).toBe('2028-02-29');
  expect(addDays('2026-03-29', -1)).toBe('2026-03-28');
  expect(weekdayOf('2026-11-22')).toBe(6);
  expect(weekdayOf('2026-11-23')).toBe(0);
});
