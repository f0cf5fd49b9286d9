import fc from 'fast-check';
import { expect, test } from 'vitest';
import { closeDurations, repairDurations } from './repair-durations.ts';

test('one-tick samples at the start share the time of the sample behind them', () => {
  expect(repairDurations([1, 1, 10798, 3600, 3600, 3600, 3600])).toEqual([
    3600, 3600, 3600, 3600, 3600, 3600, 3600,
  ]);
});

test('healthy durations stay as they are', () => {
  const healthy = [3600, 3599, 3601, 1800, 7200, 3600];
  expect(repairDurations(healthy)).toEqual(healthy);
});

test('the sum and the number of samples never change', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(100_000), { maxLength: 200 }), (durations) => {
      const repaired = repairDurations(durations);
      expect(repaired).toHaveLength(durations.length);
      expect(repaired.reduce((a, b) => a + b, 0)).toBe(durations.reduce((a, b) => a + b, 0));
      expect(repaired.every((duration) => duration >= 0)).toBe(true);
    }),
  );
});

const EVEN = [3600, 3600, 3600, 3600];

test('a movie that ends while the camera’s time stands still is longer by what its last frames lack', () => {
  expect(closeDurations([...EVEN, 1, 1, 1], undefined)).toEqual([...EVEN, 3600, 3600, 3600]);
  expect(closeDurations([...EVEN, 1, 1, 3600], undefined)).toEqual([...EVEN, 3600, 3600, 3600]);
  expect(closeDurations([...EVEN, 1, 1, 10_798], undefined)).toEqual([...EVEN, 3600, 3600, 3600]);
  expect(closeDurations(EVEN, undefined)).toEqual(EVEN);
  expect(closeDurations([], undefined)).toEqual([]);
});

test('where a gap follows it is taken out of the gap, as far as it goes', () => {
  expect(closeDurations([...EVEN, 1, 1, 1], 20_000)).toEqual([...EVEN, 3600, 3600, 12_803]);
  expect(closeDurations([...EVEN, 1, 1, 10_798], 20_000)).toEqual([...EVEN, 3600, 3600, 23_600]);
  expect(closeDurations([...EVEN, 1, 1, 1], 600)).toEqual([...EVEN, 201, 201, 201]);
  expect(closeDurations(EVEN, 20_000)).toEqual([3600, 3600, 3600, 23_600]);
});

test('what follows is never moved', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(10_000), { minLength: 1, maxLength: 200 }),
      fc.nat(100_000),
      (durations, behind) => {
        const closed = closeDurations(durations, behind);
        expect(closed).toHaveLength(durations.length);
        expect(closed.reduce((a, b) => a + b, 0)).toBe(durations.reduce((a, b) => a + b, 0) + behind);
        expect(closed.every((duration) => duration >= 0)).toBe(true);
      },
    ),
  );
});
