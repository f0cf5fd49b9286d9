import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDriftMeter, planScale } from './clock-drift.ts';
import type { ClockDrift } from './clock-drift.ts';

/** A fragment a second from a camera whose clock is off by `ppm`, each delayed by `delayMs`. */
function measure(
  { seconds, ppm, delayMs = () => 0 }: { seconds: number; ppm: number; delayMs?: (second: number) => number },
  earlier?: ClockDrift,
  fromSecond = 1,
): ClockDrift | undefined {
  const meter = createDriftMeter(earlier);
  for (let second = fromSecond; second <= seconds; second += 1) {
    const atMs = second * 1_000 * (1 + ppm / 1e6);
    meter.note(atMs, second * 1_000 - atMs + delayMs(second));
  }
  return meter.drift();
}

const MATCH_SECONDS = 90 * 60;

test.each([200, -200, 1_000, -1_000, 10_000])(
  'a clock that is %i ppm off makes a match of 90 min right to 0.1 s, whatever the network does',
  (ppm) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), (seed) => {
        // Most fragments come late, by up to 0.8 s; one in five nearly at once.
        const delayMs = (second: number): number => {
          const random = Math.abs(Math.sin(second * 12.9898 + seed) * 43_758.5453) % 1;
          return random < 0.2 ? random * 50 : random * 800;
        };
        const scale = planScale(measure({ seconds: MATCH_SECONDS, ppm, delayMs }));
        const lastsMs = MATCH_SECONDS * 1_000 * (1 + ppm / 1e6) * scale;
        expect(Math.abs(lastsMs - MATCH_SECONDS * 1_000)).toBeLessThan(100);
      }),
      { numRuns: 50 },
    );
  },
);

test.each([
  ['a right clock', { seconds: MATCH_SECONDS, ppm: 0 }],
  ['a good clock in a short match', { seconds: 600, ppm: 200 }],
  [
    'a network that is slow at the end',
    { seconds: 600, ppm: 0, delayMs: (at: number) => (at > 590 ? 900 : 0) },
  ],
  ['a recording of a few seconds', { seconds: 9, ppm: 40_000 }],
  ['time that is no clock that runs fast', { seconds: 600, ppm: 100_000 }],
])('nothing is changed for %s', (_name, course) => {
  expect(planScale(measure(course))).toBe(1);
});

test('what an earlier daemon measured goes on counting', () => {
  const before = measure({ seconds: 1_800, ppm: 200 });
  const after = measure({ seconds: MATCH_SECONDS, ppm: 200 }, before, 5_380);
  expect(after).toMatchObject({ fromMs: before?.fromMs });
  expect(planScale(after)).toBeCloseTo(1 / 1.0002, 5);
  expect(createDriftMeter(before).drift()).toEqual(before);
});
