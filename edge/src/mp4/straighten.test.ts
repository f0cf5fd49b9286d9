import { describe, expect, it } from 'vitest';
import type { InitSegment } from '@padelvar/shared/mp4/init-segment';
import type { Fragment } from './fragment.ts';
import { createStraightener } from './straighten.ts';

const FRAME = 3_600;
const INIT = {
  bytes: 0,
  moovOffset: 0,
  tracks: [
    { trackId: 1, timescale: 90_000, handler: 'vide' },
    { trackId: 2, timescale: 48_000, handler: 'soun' },
  ],
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

/** As a later reader sees them, who did not see them come. */
const straighten = (...runs: number[][]): [number, number[]][] =>
  createStraightener(INIT)(listFragments(...runs)).map(({ runs: [run] }) => [
    run?.decodeTicks ?? 0,
    [...(run?.durations ?? [])],
  ]);

const even = (count: number, ticks = FRAME): number[] => Array.from({ length: count }, () => ticks);

describe('a part’s time', () => {
  it('stays as it is while the camera’s clock runs evenly, pauses of under 3 s included', () => {
    const runs = [even(3), [FRAME, 250_000, FRAME], [1, 2 * FRAME - 1, FRAME]];
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

const SECOND = 90_000;
/** Fragments of 12 frames of 40 ms; that many seconds of the camera's time are missing before the 30th, in one of three places. */
const PLACES = ['last frame of a fragment', 'a frame within one', 'gap between two'] as const;
function listWithPause(seconds: number, place: (typeof PLACES)[number]): Fragment[] {
  const ticks = seconds * SECOND;
  let decodeTicks = 0;
  return Array.from({ length: 60 }, (_, index) => {
    const durations = Uint32Array.from(even(12));
    const isBefore = index === 29;
    if (isBefore && place !== 'gap between two') {
      const at = place === 'a frame within one' ? 5 : 11;
      durations[at] = FRAME + ticks;
    }
    const run = { trackId: 1, decodeTicks, offset: 0, durations, sizes: new Uint32Array(12) };
    decodeTicks += durations.reduce((sum, one) => sum + one, 0);
    if (isBefore && place === 'gap between two') decodeTicks += ticks;
    return { offset: index * 1000, bytes: 1000, runs: [{ ...run, keyframes: new Uint8Array(12) }] };
  });
}

/** How long a part lasts, seconds. `arrivesMs`: when each fragment is written; seen in looks of that many. */
function lastsSeconds(
  fragments: Fragment[],
  arrivesMs: (index: number) => number,
  atOnce = 1,
): { seconds: number; jumps: number[] } {
  const jumps: number[] = [];
  const straightenLive = createStraightener(INIT, { onJump: (offset) => jumps.push(offset) });
  const straight: Fragment[] = [];
  for (let from = 0; from < fragments.length; from += atOnce) {
    const seen = fragments.slice(from, from + atOnce);
    straight.push(...straightenLive(seen, arrivesMs(from + seen.length - 1)));
  }
  return { seconds: endOf(straight), jumps };
}

function endOf(fragments: Fragment[]): number {
  const run = fragments.at(-1)?.runs[0];
  return ((run?.decodeTicks ?? 0) + (run?.durations.reduce((sum, one) => sum + one, 0) ?? 0)) / SECOND;
}

const WHOLE_SECONDS = 60 * 0.48;
const evenlyMs = (index: number): number => (index + 1) * 480;
/** Late by up to 0.4 s, by chance. */
const jitterMs = (index: number): number => (Math.abs(Math.sin(index * 12.9898) * 43_758.5453) % 1) * 400;

describe.each(PLACES)('seconds that a part lacks as the %s', (place) => {
  it.each([1, 2, 3, 8, 3 * 3600])('(%f of them) are a jump where the camera went on sending', (seconds) => {
    for (const atOnce of [1, 2, 3]) {
      const { seconds: lasts, jumps } = lastsSeconds(
        listWithPause(seconds, place),
        (index) => evenlyMs(index) + jitterMs(index),
        atOnce,
      );
      expect(lasts).toBeCloseTo(WHOLE_SECONDS, 5);
      expect(jumps).toHaveLength(1);
    }
  });

  it.each([0.5, 1, 2, 20])(
    '(%f of them) are a pause where it took that time, and a slow network makes it no jump',
    (seconds) => {
      for (const atOnce of [1, 2]) {
        const { seconds: lasts, jumps } = lastsSeconds(
          listWithPause(seconds, place),
          // What was sent before the pause comes late.
          (index) =>
            evenlyMs(index) + jitterMs(index) + (index >= 29 ? seconds * 1000 : 0) + (index === 28 ? 300 : 0),
          atOnce,
        );
        expect(lasts).toBeCloseTo(WHOLE_SECONDS + seconds, 5);
        expect(jumps).toEqual([]);
      }
    },
  );

  it('are to a later reader what they were to the first', () => {
    const { jumps } = lastsSeconds(listWithPause(1, place), evenlyMs);
    const later = createStraightener(INIT, { known: jumps });
    expect(endOf(later(listWithPause(1, place)))).toBeCloseTo(WHOLE_SECONDS, 5);
    expect(endOf(createStraightener(INIT)(listWithPause(1, place)))).toBeCloseTo(WHOLE_SECONDS + 1, 5);
    expect(endOf(createStraightener(INIT)(listWithPause(4, place)))).toBeCloseTo(WHOLE_SECONDS, 5);
  });
});

describe('the sound of a part', () => {
  const addSound = (fragments: Fragment[], from: number, pauseSeconds: number): Fragment[] =>
    fragments.map((fragment, index) => {
      const durations = new Uint32Array(24).fill(960);
      const decodeTicks = index * 24 * 960 + (index >= from ? pauseSeconds * 48_000 : 0);
      const [sizes, keyframes] = [new Uint32Array(24), new Uint8Array(24)];
      return {
        ...fragment,
        runs: [...fragment.runs, { trackId: 2, decodeTicks, offset: 0, durations, sizes, keyframes }],
      };
    });
  const beginsAt = (fragments: Fragment[], arrivesMs: (index: number) => number): number => {
    const one = createStraightener(INIT);
    const straight = fragments.flatMap((fragment, index) => one([fragment], arrivesMs(index)));
    return (straight.at(-1)?.runs[1]?.decodeTicks ?? 0) / 48_000;
  };

  it.each([30, 29])('jumps with its picture (from fragment %i on)', (from) => {
    const fragments = addSound(listWithPause(1, 'last frame of a fragment'), from, 1);
    expect(beginsAt(fragments, evenlyMs)).toBeCloseTo(59 * 0.48, 3);
  });

  it('has its silence where its picture goes on [go2rtc PR 2308]', () => {
    const fragments = addSound(listWithPause(0, 'last frame of a fragment'), 30, 20);
    expect(beginsAt(fragments, evenlyMs)).toBeCloseTo(59 * 0.48 + 20, 3);
  });
});
