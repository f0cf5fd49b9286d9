import fc from 'fast-check';
import { expect, test } from 'vitest';
import { durationOf } from '@padelvar/shared/mp4/movie-header';
import { createPartIndex, planFragments } from '../../test/support/synthetic-part.ts';
import { assemble, planGaps, planPieces } from './assemble.ts';

/** A fragment is 480 ms long here. */
const FRAGMENT_MS = 480;
const FROM_THE_BEGINNING = { part: 1, offset: 0 };

test('a recording begins with the marked keyframe and ends with the last fragment', () => {
  const part = createPartIndex(1, 1_000, planFragments(10));
  const offset = part.fragments[4]?.offset ?? 0;
  const { pieces, frames, durationMs, gaps } = assemble([part], { part: 1, offset }, Infinity);
  expect(pieces).toEqual([{ part: 1, offset, bytes: 6 * (part.fragments[4]?.bytes ?? 0) }]);
  expect({ frames, durationMs, gaps }).toEqual({ frames: 72, durationMs: 6 * FRAGMENT_MS, gaps: [] });
});

test('a mark between keyframes begins with the next one, and parts before it are left out', () => {
  const parts = [createPartIndex(1, 0, planFragments(4)), createPartIndex(2, 5_000, planFragments(8))];
  const between = parts[1]?.fragments[1]?.offset ?? 0;
  const [piece] = planPieces(parts, { part: 2, offset: between }, Infinity);
  expect(piece).toMatchObject({ part: 2, offset: parts[1]?.fragments[4]?.offset });
});

test('the hard stop cuts off what begins at it or later', () => {
  const part = createPartIndex(1, 1_000, planFragments(10));
  for (const [endsAtMs, fragments] of [
    [1_000, 0],
    [1_001, 1],
    [1_000 + 4 * FRAGMENT_MS, 4],
    [1_000 + 4 * FRAGMENT_MS + 1, 5],
    [9e9, 10],
  ] as const)
    expect(assemble([part], FROM_THE_BEGINNING, endsAtMs).frames).toBe(fragments * 12);
});

test('a gap is declared, and is a long last frame before it', () => {
  const parts = [createPartIndex(1, 1_000, planFragments(4)), createPartIndex(2, 10_000, planFragments(4))];
  const { gaps, durationMs, track, frames } = assemble(parts, FROM_THE_BEGINNING, Infinity);
  const endMs = 4 * FRAGMENT_MS;
  expect(gaps).toEqual([{ fromMs: endMs, toMs: 9_000, reason: 'camera_lost' }]);
  expect({ durationMs, frames }).toEqual({ durationMs: 9_000 + endMs, frames: 96 });
  expect(track?.chunks[3]?.durations[11]).toBe(3_600 + (9_000 - endMs) * 90);
});

test.each([
  ['an outage at the end lasts until the stop, and is declared', 5_000, 5_000 - 4 * FRAGMENT_MS],
  ['a stop within the last fragment adds nothing', 4 * FRAGMENT_MS + 900, 0],
  ['a stop before the last frame cuts nothing', 1_000, 0],
])('%s', (_fact, stoppedMs, gapMs) => {
  const part = createPartIndex(1, 1_000, planFragments(4));
  const { gaps, durationMs, track } = assemble([part], FROM_THE_BEGINNING, Infinity, 1_000 + stoppedMs);
  const endMs = 4 * FRAGMENT_MS;
  expect(gaps).toEqual(gapMs === 0 ? [] : [{ fromMs: endMs, toMs: stoppedMs, reason: 'camera_lost' }]);
  expect(durationMs).toBe(endMs + gapMs);
  expect(track?.chunks[3]?.durations[11]).toBe(3_600 + gapMs * 90);
});

test('a part that seems to begin before the last one ended follows it without a gap', () => {
  const parts = [createPartIndex(1, 1_000, planFragments(4)), createPartIndex(2, 1_500, planFragments(4))];
  expect(assemble(parts, FROM_THE_BEGINNING, Infinity)).toMatchObject({
    gaps: [],
    durationMs: 8 * FRAGMENT_MS,
  });
});

test('time that passed between two fragments is the last frame’s', () => {
  const part = createPartIndex(1, 0, [{ decodeTicks: 0 }, { decodeTicks: 12 * 3_600 + 900 }]);
  const { track, durationMs } = assemble([part], FROM_THE_BEGINNING, Infinity);
  expect(track?.chunks[0]?.durations[11]).toBe(4_500);
  expect(durationMs).toBe(970);
});

test('a movie that ends while the camera’s time stands still has whole frames to its end', () => {
  const still = { decodeTicks: 4 * 43_200, durations: [...Array<number>(8).fill(3_600), 1, 1, 1, 1] };
  const plans = [...planFragments(4), still];
  const { track, durationMs } = assemble([createPartIndex(1, 0, plans)], FROM_THE_BEGINNING, Infinity);
  expect(durationMs).toBe(5 * FRAGMENT_MS);
  expect(Array.from(track?.chunks[4]?.durations ?? [])).toEqual(Array(12).fill(3_600));
  expect(track === undefined ? 0 : durationOf(track)).toBe(durationMs * 90);
});

test('without a keyframe there is no recording', () => {
  const part = createPartIndex(1, 0, [{ decodeTicks: 0, keyframe: false }]);
  expect(assemble([part], FROM_THE_BEGINNING, Infinity)).toMatchObject({
    pieces: [],
    frames: 0,
    track: undefined,
  });
});

test('whatever the parts, chunks follow the payload, durations add up, and pieces only grow', () => {
  const plan = fc.array(fc.record({ fragments: fc.integer({ min: 1, max: 9 }), pauseMs: fc.nat(5_000) }), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(plan, fc.integer({ min: 1, max: 30_000 }), (plans, endsAtMs) => {
      let beganMs = 0;
      const parts = plans.map(({ fragments, pauseMs }, index) => {
        beganMs += pauseMs;
        const part = createPartIndex(index + 1, beganMs, planFragments(fragments));
        beganMs += fragments * FRAGMENT_MS;
        return part;
      });
      const { track, pieces, durationMs, gaps } = assemble(parts, FROM_THE_BEGINNING, endsAtMs);
      const payload = pieces.reduce((sum, { bytes }) => sum + bytes, 0);
      const offsets = track?.chunks.map(({ offset }) => offset) ?? [];
      expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
      expect(offsets.every((offset) => offset < payload)).toBe(true);
      if (track !== undefined)
        expect(Math.abs(durationOf(track) / 90 - durationMs)).toBeLessThan(1 + gaps.length);
      const earlier = planPieces(parts.slice(0, -1), FROM_THE_BEGINNING, endsAtMs);
      expect(planPieces(parts, FROM_THE_BEGINNING, endsAtMs).slice(0, earlier.length)).toEqual(earlier);
      expect(planGaps(parts, FROM_THE_BEGINNING, endsAtMs)).toEqual(gaps);
    }),
    { numRuns: 60 },
  );
});

test('a match of 90 minutes is looked at without looking at each of its fragments', () => {
  const part = createPartIndex(1, 0, planFragments(11_250));
  let looked = 0;
  const fragments = new Proxy([...part.fragments], {
    get: (target, key) => {
      looked += 1;
      return Reflect.get(target, key) as unknown;
    },
  });
  planPieces([{ ...part, fragments }], FROM_THE_BEGINNING, Infinity);
  planGaps([{ ...part, fragments }], FROM_THE_BEGINNING, Infinity);
  expect(looked).toBeLessThan(200);
});
