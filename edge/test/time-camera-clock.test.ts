import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CourtOptions } from '../src/simulate/court.ts';
import type { FaultName } from '../src/simulate/fault.ts';
import type { Simulator } from '../src/simulate/simulator.ts';
import { inspectMovie, openMatchLab } from './support/match-lab.ts';
import type { MatchLab } from './support/match-lab.ts';
import { SMALL_CLIP, startTestCourts } from './support/test-courts.ts';

interface Case {
  name: string;
  court: Omit<CourtOptions, 'kind'>;
  jump?: FaultName;
  seconds?: number;
  /** How far its length may be from what its frames took to come; milliseconds. */
  toleranceMs?: number;
}

const DURATION_SECONDS = 9;
/** 3 % in 20 s is more than 100 ppm in 90 min. */
const OFF = { seconds: 20, toleranceMs: 300 };
const CASES: Case[] = [
  { name: 'runs 200 ppm fast', court: { clockPpm: 200 } },
  { name: 'runs 200 ppm slow', court: { clockPpm: -200 } },
  { name: 'runs 3 % fast', court: { clockPpm: 30_000 }, ...OFF },
  { name: 'runs 3 % slow', court: { clockPpm: -30_000 }, ...OFF },
  { name: 'jumps 3 h ahead', court: {}, jump: 'clock-forward' },
  { name: 'jumps 3 h back', court: {}, jump: 'clock-back' },
];

let simulator: Simulator;
let lab: MatchLab;

beforeAll(async () => {
  simulator = await startTestCourts(
    CASES.map(({ court }) => ({ kind: 'rtsp', ...court })),
    SMALL_CLIP,
  );
  lab = await openMatchLab(simulator.courts);
}, 240_000);

afterAll(async () => {
  await lab.dispose();
  await simulator.close();
});

describe('[mediamtx 5550, PR 5984] a recording whose camera’s clock', () => {
  it.concurrent.each(CASES.map((one, index) => ({ ...one, index })))(
    '$name lasts what it should, without a frame lost',
    async ({ index, jump, seconds = DURATION_SECONDS, toleranceMs = 100 }) => {
      const sessionId = lab.open(`c${String(index + 1)}`);
      await lab.reaches(sessionId, 'created');
      lab.start(sessionId, seconds);
      if (jump !== undefined) {
        await lab.records(sessionId, 5_500);
        await simulator.courts[index]?.setFault({ fault: jump });
      }
      await lab.reaches(sessionId, 'complete', 60_000);
      const path = lab.moviePath(sessionId);
      await lab.until('the final file', () => existsSync(path));
      const { frames, missing, repeated, reordered, complaints } = await inspectMovie(path, simulator.clip);
      const { reason, recording } = lab.get(sessionId).report;
      const movie = recording?.movie;
      expect({ reason, missing, repeated, reordered, complaints }).toEqual({
        ...{ reason: 'duration', missing: 0, repeated: 0, reordered: 0, complaints: '' },
      });
      expect(recording?.gaps).toEqual([]);
      expect(Math.abs((movie?.durationMs ?? 0) - frames * 40)).toBeLessThan(toleranceMs);
      // With what it has from before its start, at most up to a keyframe.
      expect(movie?.durationMs).toBeGreaterThan(seconds * 1000 - 500);
      expect(movie?.durationMs).toBeLessThan((seconds + 4) * 1000);
    },
  );
});
