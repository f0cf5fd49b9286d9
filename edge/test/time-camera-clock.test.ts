import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock as clock } from '../src/base/clock.ts';
import type { CourtOptions } from '../src/simulate/court.ts';
import type { Fault } from '../src/simulate/fault.ts';
import type { Simulator } from '../src/simulate/simulator.ts';
import { isLongRun, tellFigures } from './support/figures.ts';
import { measureLateness } from './support/machine-lateness.ts';
import type { MachineLateness } from './support/machine-lateness.ts';
import { inspectMovie, openMatchLab } from './support/match-lab.ts';
import type { MatchLab } from './support/match-lab.ts';
import { SMALL_CLIP, startTestCourts } from './support/test-courts.ts';

interface Case {
  name: string;
  court: Omit<CourtOptions, 'kind'>;
  jump?: Fault;
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
  ...(isLongRun ? [1, 3, 10, 3 * 3600] : [1, 3 * 3600]).flatMap((jumpSeconds): Case[] => [
    {
      name: `jumps ${String(jumpSeconds)} s ahead`,
      court: {},
      jump: { fault: 'clock-forward', jumpSeconds },
    },
    { name: `jumps ${String(jumpSeconds)} s back`, court: {}, jump: { fault: 'clock-back', jumpSeconds } },
  ]),
];

let simulator: Simulator;
let lab: MatchLab;
let lateness: MachineLateness;

beforeAll(async () => {
  lateness = await measureLateness();
  simulator = await startTestCourts(
    CASES.map(({ court }) => ({ kind: 'rtsp', ...court })),
    SMALL_CLIP,
  );
  lab = await openMatchLab(simulator.courts);
}, 240_000);

afterAll(async () => {
  await lab.dispose();
  await simulator.close();
  await lateness.close();
});

describe('[mediamtx 5550, PR 5984] a recording whose camera’s clock', () => {
  it.concurrent.each(CASES.map((one, index) => ({ ...one, index })))(
    '$name lasts what it should, without a frame lost',
    async ({ name, index, jump, seconds = DURATION_SECONDS, toleranceMs = 100 }) => {
      const sessionId = lab.open(`c${String(index + 1)}`);
      await lab.reaches(sessionId, 'created');
      const startedMs = clock.monotonicMs();
      lab.start(sessionId, seconds);
      if (jump !== undefined) {
        await lab.records(sessionId, 5_500);
        await simulator.courts[index]?.setFault(jump);
      }
      const isOver = (): boolean => ['stopping', 'complete'].includes(lab.get(sessionId).report.state);
      await lab.until('its hard stop', isOver, 60_000);
      const offMs = clock.monotonicMs() - startedMs - seconds * 1000;
      await lab.reaches(sessionId, 'complete');
      const path = lab.moviePath(sessionId);
      await lab.until('the final file', () => existsSync(path));
      const seen = await inspectMovie(path, simulator.clip);
      const { frames, missing, repeated, reordered, complaints, excuses } = seen;
      const { reason, recording } = lab.get(sessionId).report;
      const movie = recording?.movie;
      expect({ reason, missing, repeated, reordered, complaints }).toEqual({
        ...{ reason: 'duration', missing: 0, repeated: 0, reordered: 0, complaints: '' },
      });
      expect(recording?.gaps).toEqual([]);
      tellFigures(`camera clock ${name}`, {
        hardStopOffMs: offMs,
        lengthOffMs: (movie?.durationMs ?? 0) - frames * 40,
        excuses,
      });
      expect(Math.abs(offMs), lateness.remark()).toBeLessThan(500 + lateness.allowanceMs());
      expect(Math.abs((movie?.durationMs ?? 0) - frames * 40)).toBeLessThan(toleranceMs);
      // With what it has from before its start, at most up to a keyframe.
      expect(movie?.durationMs).toBeGreaterThan(seconds * 1000 - 500);
      expect(movie?.durationMs).toBeLessThan((seconds + 4) * 1000);
    },
  );
});
