/** What is missing at the beginning and end of a movie that had to be encoded. */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock as clock } from '../src/base/clock.ts';
import type { Simulator } from '../src/simulate/simulator.ts';
import { decodeComplaints, openMatchLab } from './support/match-lab.ts';
import type { MatchLab } from './support/match-lab.ts';
import { SMALL_CLIP, startTestCourts } from './support/test-courts.ts';

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

/** Milliseconds that were shown as recorded, and those that the movie has. */
async function recordFor(
  courtId: string,
  ms: number,
  beforeStop: (pid: number) => Promise<() => void>,
): Promise<{ shownMs: number; movieMs: number }> {
  const sessionId = lab.open(courtId);
  await lab.reaches(sessionId, 'created');
  lab.start(sessionId);
  await lab.records(sessionId, ms);
  const pid = lab.manager.encoding().find((one) => one.sessionId === sessionId)?.pid ?? 0;
  const afterStop = await beforeStop(pid);
  const shownMs = lab.get(sessionId).report.recording?.elapsedMs ?? 0;
  lab.stop(sessionId);
  afterStop();
  await lab.reaches(sessionId, 'complete');
  await lab.until('the final file', () => existsSync(lab.moviePath(sessionId)));
  const { recording } = lab.get(sessionId).report;
  expect(recording?.gaps).toEqual([]);
  expect(await decodeComplaints(lab.moviePath(sessionId))).toBe('');
  return { shownMs, movieMs: (recording?.movie?.frames ?? 0) * 40 };
}

/** What was shown was read before the stop was asked for, a while on a busy machine. */
function expectWhole(longerMs: number): void {
  expect(longerMs).toBeGreaterThan(-200);
  expect(longerMs).toBeLessThan(1_500);
}

test.concurrent('a movie that was encoded lacks nothing of the time that was shown', async () => {
  const { shownMs, movieMs } = await recordFor('c1', 3_000, () => Promise.resolve(() => undefined));
  process.stdout.write(`encoded movie: ${String(movieMs - shownMs)} ms longer than shown\n`);
  expectWhole(movieMs - shownMs);
});

test.concurrent(
  'an encoder that is a second behind when the match is stopped finishes its work',
  async () => {
    const { shownMs, movieMs } = await recordFor('c2', 3_000, async (pid) => {
      process.kill(pid, 'SIGSTOP');
      await clock.sleep(1_000);
      return () => process.kill(pid, 'SIGCONT');
    });
    process.stdout.write(`encoder behind: ${String(movieMs - shownMs)} ms longer than shown\n`);
    expectWhole(movieMs - shownMs);
  },
);
