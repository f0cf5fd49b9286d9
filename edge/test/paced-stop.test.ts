/** What is missing at the beginning and end of a movie that had to be encoded. */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock as clock } from '../src/base/clock.ts';
import type { Simulator } from '../src/simulate/simulator.ts';
import { tellFigures } from './support/figures.ts';
import { inspectMovie, openMatchLab } from './support/match-lab.ts';
import type { MatchLab } from './support/match-lab.ts';
import { SMALL_CLIP, startTestCourts } from './support/test-courts.ts';

/**
 * Of 25 a second. At the end none is missing; at the start all the time is there, and its first picture stands while FFmpeg
 * starts: for 6 to 8 of them (measured), more on a busy machine.
 */
const FEW = 5;

let simulator: Simulator;
let lab: MatchLab;

beforeAll(async () => {
  simulator = await startTestCourts([{ kind: 'mjpeg' }, { kind: 'mjpeg' }], SMALL_CLIP);
  lab = await openMatchLab(simulator.courts);
});

afterAll(async () => {
  await lab.dispose();
  await simulator.close();
});

interface Lacking {
  /** By how much the movie is longer than what was shown as recorded, milliseconds. */
  longerMs: number;
  /** Pictures that the camera sent between start and stop, before the first and after the last in the movie. */
  atStart: number;
  atStop: number;
}

async function recordFor(
  courtId: string,
  ms: number,
  beforeStop: (pid: number) => Promise<() => void>,
): Promise<Lacking> {
  const sessionId = lab.open(courtId);
  await lab.reaches(sessionId, 'created');
  const startedMs = clock.monotonicMs();
  lab.start(sessionId);
  await lab.records(sessionId, ms);
  const pid = lab.manager.encoding().find((one) => one.sessionId === sessionId)?.pid ?? 0;
  const afterStop = await beforeStop(pid);
  const shownMs = lab.get(sessionId).report.recording?.elapsedMs ?? 0;
  const stoppedMs = clock.monotonicMs();
  lab.stop(sessionId);
  afterStop();
  await lab.reaches(sessionId, 'complete');
  await lab.until('the final file', () => existsSync(lab.moviePath(sessionId)));
  const { recording } = lab.get(sessionId).report;
  expect(recording?.gaps).toEqual([]);
  const { complaints, numbers } = await inspectMovie(lab.moviePath(sessionId), simulator.clip);
  expect(complaints).toBe('');
  const sent = (simulator.courts[Number(courtId.slice(1)) - 1]?.framesSent() ?? []).filter(
    ({ sentAtMs }) => sentAtMs >= startedMs && sentAtMs <= stoppedMs,
  );
  const found = new Set(numbers);
  const isIn = sent.map(({ number }) => found.has(number));
  return {
    longerMs: (recording?.movie?.frames ?? 0) * 40 - shownMs,
    atStart: isIn.indexOf(true),
    atStop: sent.length - 1 - isIn.lastIndexOf(true),
  };
}

/** What was shown was read before the stop was asked for, a while on a busy machine. */
function expectWhole(what: string, lacking: Lacking): void {
  tellFigures(what, { ...lacking });
  const { longerMs, atStart, atStop } = lacking;
  expect(longerMs).toBeGreaterThan(-200);
  expect(longerMs).toBeLessThan(1_500);
  expect(atStart).toBeGreaterThanOrEqual(0);
  expect(atStop).toBeLessThan(FEW);
}

test.concurrent('a movie that was encoded lacks nothing of the time that was shown', async () => {
  expectWhole('encoded movie', await recordFor('c1', 3_000, () => Promise.resolve(() => undefined)));
});

test.concurrent(
  'an encoder that is a second behind when the match is stopped finishes its work',
  async () => {
    const lacking = await recordFor('c2', 3_000, async (pid) => {
      process.kill(pid, 'SIGSTOP');
      await clock.sleep(1_000);
      return () => process.kill(pid, 'SIGCONT');
    });
    expectWhole('encoder behind', lacking);
  },
);
