import fc from 'fast-check';
import { expect, test } from 'vitest';
import { repairDurations } from './repair-durations.ts';

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
