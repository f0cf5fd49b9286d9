import { expect, it } from 'vitest';
import { sumByCourt, sumByDay } from './sum.ts';

const statistics = {
  courts: [
    { courtId: 'a', name: 'Court A' },
    { courtId: 'b', name: 'Court B' },
  ],
  days: [
    {
      day: '2026-03-28',
      courts: [
        { courtId: 'a', recordings: 2, minutes: 180, failures: 0 },
        { courtId: 'gone', recordings: 1, minutes: 10, failures: 1 },
      ],
    },
    { day: '2026-03-29', courts: [] },
    { day: '2026-03-30', courts: [{ courtId: 'a', recordings: 1, minutes: 90, failures: 2 }] },
  ],
};

it('days are added up over the courts', () => {
  expect(sumByDay(statistics)).toEqual([
    { day: '2026-03-28', recordings: 3, minutes: 190, failures: 1 },
    { day: '2026-03-29', recordings: 0, minutes: 0, failures: 0 },
    { day: '2026-03-30', recordings: 1, minutes: 90, failures: 2 },
  ]);
});

it('one court has days of its own', () => {
  expect(sumByDay(statistics, 'gone')).toEqual([
    { day: '2026-03-28', recordings: 1, minutes: 10, failures: 1 },
    { day: '2026-03-29', recordings: 0, minutes: 0, failures: 0 },
    { day: '2026-03-30', recordings: 0, minutes: 0, failures: 0 },
  ]);
});

it('courts are added up over the days, also one that is there no more', () => {
  expect(sumByCourt(statistics)).toEqual([
    { courtId: 'a', name: 'Court A', recordings: 3, minutes: 270, failures: 2 },
    { courtId: 'b', name: 'Court B', recordings: 0, minutes: 0, failures: 0 },
    { courtId: 'gone', name: 'gone', recordings: 1, minutes: 10, failures: 1 },
  ]);
});
