import { describe, expect, it } from 'vitest';
import type { InitSegment } from '@padelvar/shared/mp4/init-segment';
import type { Fragment } from './fragment.ts';
import { createStraightener } from './straighten.ts';

const FRAME = 3_600;
const INIT = {
  bytes: 0,
  moovOffset: 0,
  tracks: [{ trackId: 1, timescale: 90_000 }],
} as unknown as InitSegment;

/** Fragments of frames with these durations, each where the one before it ends. */
function listFragments(...runs: number[][]): Fragment[] {
  let decodeTicks = 0;
  return runs.map((ticks) => {
    const durations = Uint32Array.from(ticks);
    const [sizes, keyframes] = [new Uint32Array(ticks.length), new Uint8Array(ticks.length)];
    const run = { trackId: 1, decodeTicks, offset: 0, durations, sizes, keyframes };
    decodeTicks += ticks.reduce((sum, one) => sum + one, 0);
    return { offset: 0, bytes: 0, runs: [run] };
  });
}

const straighten = (...runs: number[][]): [number, number[]][] =>
  listFragments(...runs)
    .map(createStraightener(INIT))
    .map(({ runs: [run] }) => [run?.decodeTicks ?? 0, [...(run?.durations ?? [])]]);

const even = (count: number, ticks = FRAME): number[] => Array.from({ length: count }, () => ticks);

describe('a part’s time', () => {
  it('stays as it is while the camera’s clock runs evenly, pauses of under 5 s included', () => {
    const runs = [even(3), [FRAME, 300_000, FRAME], [1, 2 * FRAME - 1, FRAME]];
    expect(straighten(...runs).map(([, durations]) => durations)).toEqual(runs);
  });

  it('keeps the one-tick frames at a part’s beginning for the finaliser to spread', () => {
    expect(straighten([1, 1, 1], even(3))).toEqual([
      [0, [1, 1, 1]],
      [3, even(3)],
    ]);
  });

  it('goes on evenly where the camera’s clock jumps ahead', () => {
    expect(straighten(even(2), [FRAME, 972_000_000], even(2))).toEqual([
      [0, even(2)],
      [2 * FRAME, even(2)],
      [4 * FRAME, even(2)],
    ]);
  });

  it('goes on evenly where it jumps back', () => {
    expect(straighten(even(200), [FRAME, 1, 1, 1], even(4, 1), even(4)).slice(1)).toEqual([
      [200 * FRAME, even(4)],
      [204 * FRAME, even(4)],
      [208 * FRAME, even(4)],
    ]);
  });
});
