import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { formatSessionId } from '@padelvar/shared/ids';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../src/base/clock.ts';
import type { Clock } from '../src/base/clock.ts';
import { PartRecord } from '../src/ingest/part.ts';
import type { Simulator } from '../src/simulate/simulator.ts';
import { isLongRun, tellFigures } from './support/figures.ts';
import { measureLateness } from './support/machine-lateness.ts';
import { inspectMovie, openMatchLab } from './support/match-lab.ts';
import type { MatchLab } from './support/match-lab.ts';
import { SMALL_CLIP, startTestCourts } from './support/test-courts.ts';

const HOUR_MS = 3_600_000;
const DURATION_SECONDS = 9;
/** 25 October 2026 in Spain: at three o'clock it is two o'clock once more. */
const HALF_PAST_TWO_MS = Date.UTC(2026, 9, 25, 0, 30);
const LONG_STEPS: [string, number][] = [
  ['ahead by an hour', HOUR_MS],
  ['back by 5 h', -5 * HOUR_MS],
];
/** Daylight saving never changes the time in milliseconds since 1970, except where a clock is set to local time. */
const STEPS: [string, number][] = [
  ['back by an hour, as a clock that is set to local time', -HOUR_MS],
  ['ahead by 5 h, as one without a battery', 5 * HOUR_MS],
  ...(isLongRun ? LONG_STEPS : []),
];

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startTestCourts(
    [...STEPS, 'the hour that comes twice'].map(() => ({ kind: 'rtsp' as const })),
    SMALL_CLIP,
  );
}, 240_000);

afterAll(() => simulator.close());

/** The machine's own, whose wall clock can be set. */
function createSettableClock(): Clock & { stepWall(ms: number): void } {
  let offsetMs = 0;
  return {
    ...systemClock,
    nowMs: () => systemClock.nowMs() + offsetMs,
    stepWall: (ms) => void (offsetMs += ms),
  };
}

const hasStopped = (lab: MatchLab, sessionId: string): boolean =>
  ['stopping', 'complete'].includes(lab.get(sessionId).report.state);

describe.concurrent(
  'a wall clock that is set in the middle of a match [moonfire-nvr 9, frigate 4270, 8376]',
  () => {
    it.concurrent.each(STEPS.map(([name, stepMs], index) => ({ name, stepMs, index })))(
      'changes neither its length, nor its gap, nor its hard stop: $name',
      async ({ name, stepMs, index }) => {
        const clock = createSettableClock();
        const court = simulator.courts[index];
        if (court === undefined) throw new Error('expected a court');
        const lab = await openMatchLab([court], { clock });
        try {
          const sessionId = lab.open('c1');
          await lab.reaches(sessionId, 'created');
          const lateness = await measureLateness();
          const startedMs = clock.monotonicMs();
          lab.start(sessionId, DURATION_SECONDS);
          await lab.records(sessionId, 2_000);
          const beganAtMs = (): number =>
            PartRecord.parse(JSON.parse(readFileSync(join(lab.folder(sessionId), 'part-1.json'), 'utf8')))
              .beganAtMs;
          const movedToMs = beganAtMs() + stepMs;
          clock.stepWall(stepMs);
          await lab.until('its place for later boots', () => Math.abs(beganAtMs() - movedToMs) < 1_000);
          await court.setFault({ fault: 'refuse', seconds: 1.5 });
          await lab.until('its hard stop', () => hasStopped(lab, sessionId));
          const stoppedAfterMs = clock.monotonicMs() - startedMs;
          await lab.reaches(sessionId, 'complete');
          await lab.until('the final file', () => existsSync(lab.moviePath(sessionId)));
          const { reason, recording } = lab.get(sessionId).report;
          const movie = await inspectMovie(lab.moviePath(sessionId), simulator.clip);
          const [gap] = recording?.gaps ?? [];
          expect({ reason, gaps: recording?.gaps.length }).toEqual({ reason: 'duration', gaps: 1 });
          const lateMs = lateness.allowanceMs();
          await lateness.close();
          const offMs = stoppedAfterMs - DURATION_SECONDS * 1000;
          tellFigures(`wall clock ${name}`, { hardStopOffMs: offMs });
          expect(Math.abs(offMs)).toBeLessThan(500 + lateMs);
          expect(Math.abs((gap?.toMs ?? 0) - (gap?.fromMs ?? 0) - movie.missing * 40)).toBeLessThan(
            500 + lateMs,
          );
          const expectedMs = (movie.frames + movie.missing) * 40;
          expect(Math.abs((recording?.movie?.durationMs ?? 0) - expectedMs)).toBeLessThan(500 + lateMs);
          expect(movie).toMatchObject({ repeated: 0, reordered: 0, complaints: '' });
        } finally {
          await lab.dispose();
        }
      },
    );
  },
);

it.concurrent(
  'two matches of one court in the hour that daylight saving repeats are two movies [frigate 4270, 8376]',
  async () => {
    vi.stubEnv('TZ', 'Europe/Madrid');
    const clock = createSettableClock();
    clock.stepWall(HALF_PAST_TWO_MS - clock.nowMs());
    const lab = await openMatchLab(simulator.courts.slice(STEPS.length), { clock });
    const hours: number[] = [];
    try {
      const play = async (): Promise<string> => {
        hours.push(new Date(clock.nowMs()).getHours());
        const openedAtSeconds = Math.floor(clock.nowMs() / 1000);
        const sessionId = lab.open('c1', openedAtSeconds);
        expect(sessionId).toBe(formatSessionId({ clubId: 'club', courtId: 'c1', openedAtSeconds }));
        await lab.reaches(sessionId, 'created');
        lab.start(sessionId);
        await lab.records(sessionId, 1_000);
        lab.stop(sessionId);
        await lab.reaches(sessionId, 'complete');
        await lab.until('the final file', () => existsSync(lab.moviePath(sessionId)));
        return lab.moviePath(sessionId);
      };
      const first = await play();
      clock.stepWall(HOUR_MS);
      const second = await play();
      expect(hours).toEqual([2, 2]);
      const movies = (await readdir(dirname(first))).filter((name) => name.endsWith('.mp4'));
      expect(movies.sort()).toEqual([basename(first), basename(second)].sort());
      expect(new Set(movies).size).toBe(2);
      const [before, after] = [
        await inspectMovie(first, simulator.clip),
        await inspectMovie(second, simulator.clip),
      ];
      for (const movie of [before, after])
        expect(movie).toMatchObject({ missing: 0, repeated: 0, complaints: '' });
      expect(before.numbers.filter((number) => after.numbers.includes(number))).toEqual([]);
    } finally {
      vi.unstubAllEnvs();
      await lab.dispose();
    }
  },
);
