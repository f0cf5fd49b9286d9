import fc from 'fast-check';
import { expect, test } from 'vitest';
import { durationOf } from '@padelvar/shared/mp4/movie-header';
import { createPartIndex, planFragments } from '../../test/support/synthetic-part.ts';
import { assemble } from './assemble.ts';

const MATCH_FRAGMENTS = (90 * 60 * 25) / 12;
const START = { part: 1, offset: 0 };

test('a clock that is 200 ppm slow adds 1.08 s to a match of 90 min, and no frame moves by more than 0.2 ms', () => {
  const part = createPartIndex(1, 0, planFragments(MATCH_FRAGMENTS));
  const own = assemble([part], START, Infinity);
  const right = assemble([{ ...part, scale: 1.0002 }], START, Infinity);
  expect(own.durationMs).toBe(90 * 60_000);
  expect(right.durationMs).toBe(90 * 60_000 + 1_080);
  expect([right.frames, right.pieces]).toEqual([own.frames, own.pieces]);
  expect(durationOf(right.track ?? noTrack())).toBe(right.durationMs * 90);
  const durations = (right.track?.chunks ?? []).flatMap((chunk) => Array.from(chunk.durations));
  expect(Math.min(...new Set(durations))).toBe(3_600);
  expect(Math.max(...new Set(durations))).toBeLessThan(3_600 + 18);
});

test('of a clock that is 3 % slow the frames stay evenly apart, with two lengths for each run', () => {
  const part = createPartIndex(1, 0, planFragments(100));
  const { track } = assemble([{ ...part, scale: 1.03 }], START, Infinity);
  const runs = (track?.chunks ?? []).map(({ durations }) => Array.from(durations));
  expect(Math.min(...runs.flat())).toBeGreaterThanOrEqual(Math.floor(3_600 * 1.03));
  expect(Math.max(...runs.flat())).toBeLessThan(3_600 * 1.03 + 12);
  for (const durations of runs) expect(new Set(durations).size).toBeLessThanOrEqual(2);
});

test('whatever the clock, every frame stays, in order and with a length', () => {
  const scale = fc.double({ min: 0.95, max: 1.05, noNaN: true });
  const durations = fc.array(fc.integer({ min: 1, max: 9_000 }), { minLength: 2, maxLength: 20 });
  fc.assert(
    fc.property(scale, fc.array(durations, { minLength: 1, maxLength: 30 }), (factor, runs) => {
      let decodeTicks = 0;
      // The last frames are no shorter than others: a movie’s end is made of whole ones.
      const plans = [...runs, [9_000, 9_000]].map((ticks) => {
        const plan = { decodeTicks, durations: ticks };
        decodeTicks += ticks.reduce((sum, one) => sum + one, 0);
        return plan;
      });
      const part = createPartIndex(1, 0, plans);
      const { track, frames } = assemble([{ ...part, scale: factor }], START, Infinity);
      expect(frames).toBe(runs.flat().length + 2);
      const all = (track?.chunks ?? []).flatMap((chunk) => Array.from(chunk.durations));
      expect(all.every((ticks) => Number.isInteger(ticks) && ticks >= 0)).toBe(true);
      expect(Math.abs(all.reduce((sum, one) => sum + one, 0) - decodeTicks * factor)).toBeLessThan(2);
    }),
  );
});

function noTrack(): never {
  throw new Error('expected a track');
}
