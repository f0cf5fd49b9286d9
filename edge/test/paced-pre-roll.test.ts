/** Courts whose pictures are encoded: what from before the start is in the movie, and what an encoder's end costs. */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock as clock } from '../src/base/clock.ts';
import type { SentFrame } from '../src/simulate/sent-frames.ts';
import type { Simulator } from '../src/simulate/simulator.ts';
import { tellFigures } from './support/figures.ts';
import { measureLateness } from './support/machine-lateness.ts';
import type { MachineLateness } from './support/machine-lateness.ts';
import { inspectMovie, openMatchLab } from './support/match-lab.ts';
import type { MatchLab } from './support/match-lab.ts';
import { SMALL_CLIP, startTestCourts } from './support/test-courts.ts';

const PRE_ROLL_SECONDS = 3;
/** What an encoder has taken and not written when it is killed: half a second of a fragment, and a frame or two. */
const FRAGMENT_FRAMES = 12;
const FRAME_MS = 40;
/**
 * A camera that sends nothing for so long was held up by the machine, milliseconds: it sends what it owes all at once, more
 * than there are frames for before it is too old.
 */
const HELD_UP_MS = 400;

let simulator: Simulator;
let lab: MatchLab;
let lateness: MachineLateness;

beforeAll(async () => {
  lateness = await measureLateness();
  simulator = await startTestCourts(
    [{ kind: 'mjpeg' }, { kind: 'mjpeg' }, { kind: 'mjpeg', fps: 12 }, { kind: 'still' }],
    SMALL_CLIP,
  );
  lab = await openMatchLab(simulator.courts, { preRollSeconds: () => PRE_ROLL_SECONDS });
});

afterAll(async () => {
  await lab.dispose();
  await simulator.close();
  await lateness.close();
});

const sentTo = (courtId: string): SentFrame[] =>
  simulator.courts[Number(courtId.slice(1)) - 1]?.framesSent() ?? [];

/** Open for longer than the pre-roll. */
async function openLong(courtId: string): Promise<string> {
  const sessionId = lab.open(courtId);
  await lab.reaches(sessionId, 'created');
  const openMs = clock.monotonicMs();
  await lab.until('a session that has been open for long', () => clock.monotonicMs() - openMs > 6_200);
  return sessionId;
}

interface Movie {
  /** Numbers in the movie, by frame. */
  numbers: number[];
  complaints: string;
  reordered: number;
  gaps: unknown[];
  durationMs: number;
}

async function finish(sessionId: string): Promise<Movie> {
  lab.stop(sessionId);
  await lab.reaches(sessionId, 'complete');
  await lab.until('the final file', () => existsSync(lab.moviePath(sessionId)));
  const { recording } = lab.get(sessionId).report;
  const { numbers, complaints, reordered } = await inspectMovie(lab.moviePath(sessionId), simulator.clip);
  return {
    ...{ numbers, complaints, reordered, gaps: recording?.gaps ?? [] },
    durationMs: recording?.movie?.durationMs ?? 0,
  };
}

const pictures = (numbers: readonly number[]): Set<number> =>
  new Set(numbers.map((number) => number % simulator.clip.frames));

/** How many of the pictures that the camera sent in that time, until it was held up, are not in the movie. */
function countMissing(courtId: string, numbers: readonly number[], fromMs: number, toMs: number): number {
  const inMovie = pictures(numbers);
  const sent = sentTo(courtId).filter(({ sentAtMs }) => sentAtMs >= fromMs - 1_000 && sentAtMs <= toMs);
  const heldUp = sent.find(
    ({ sentAtMs }, index) => sentAtMs - (sent[index - 1]?.sentAtMs ?? sentAtMs) > HELD_UP_MS,
  );
  const untilMs = heldUp?.sentAtMs ?? Infinity;
  const judged = sent.filter(({ sentAtMs }) => sentAtMs >= fromMs && sentAtMs < untilMs);
  tellFigures(`pictures of ${courtId} until its camera was held up`, { judged: judged.length });
  expect(judged.length).toBeGreaterThan(0);
  return judged.filter(({ number }) => !inMovie.has(number)).length;
}

test.concurrent.each([
  ['an MJPEG court', 'c1'],
  ['one of 12 pictures a second', 'c3'],
  ['a still-image court', 'c4'],
])(
  'the movie of %s begins with the pre-roll, and lasts as long as the wall clock says',
  async (what, courtId) => {
    const sessionId = await openLong(courtId);
    const startedMs = clock.monotonicMs();
    lab.start(sessionId);
    await lab.records(sessionId, 2_000);
    const stoppedMs = clock.monotonicMs();
    const { numbers, complaints, reordered, gaps, durationMs } = await finish(sessionId);
    const fromMs = startedMs - PRE_ROLL_SECONDS * 1000;
    const lateMs = lateness.allowanceMs();
    const missing = countMissing(courtId, numbers, fromMs + 100, stoppedMs - 50);
    const longerMs = durationMs - (stoppedMs - fromMs);
    tellFigures(`pre-roll of ${what}`, { missing, longerMs, lateMs });
    expect({ complaints, reordered, gaps, missing }).toEqual({
      complaints: '',
      reordered: 0,
      gaps: [],
      missing: 0,
    });
    expect(Math.abs(longerMs)).toBeLessThan(700 + lateMs);
    const inMovie = pictures(numbers);
    const before = sentTo(courtId).filter(
      ({ sentAtMs }) => sentAtMs >= fromMs - 3_000 && sentAtMs <= fromMs - 600,
    );
    expect(before.length).toBeGreaterThan(0);
    expect(before.filter(({ number }) => inMovie.has(number))).toEqual([]);
  },
);

test.concurrent(
  'an encoder that is killed costs what it had not written, and nothing of the time line',
  async () => {
    const sessionId = await openLong('c2');
    const startedMs = clock.monotonicMs();
    lab.start(sessionId);
    await lab.records(sessionId, 3_000);
    const killedMs = clock.monotonicMs();
    const encoder = (): number | undefined =>
      lab.manager.encoding().find((one) => one.sessionId === sessionId)?.pid;
    const pid = encoder() ?? 0;
    expect(pid).toBeGreaterThan(0);
    process.kill(pid, 'SIGKILL');
    await lab.until('the next encoder', () => (encoder() ?? pid) !== pid);
    const fromMs = clock.monotonicMs();
    await lab.until('some more', () => clock.monotonicMs() - fromMs > 2_000);
    const stoppedMs = clock.monotonicMs();
    const { numbers, complaints, reordered, durationMs } = await finish(sessionId);
    const preRollMs = PRE_ROLL_SECONDS * 1000;
    const lateMs = lateness.allowanceMs();
    const missing = countMissing('c2', numbers, startedMs - preRollMs + 100, stoppedMs - 50);
    const offMs = durationMs - (stoppedMs - startedMs + preRollMs);
    tellFigures('an encoder killed', { missing, offMs, afterMs: stoppedMs - killedMs, lateMs });
    expect({ complaints, reordered }).toEqual({ complaints: '', reordered: 0 });
    expect(missing).toBeLessThanOrEqual(FRAGMENT_FRAMES + 3 + lateMs / FRAME_MS);
    expect(Math.abs(offMs)).toBeLessThan(700 + lateMs);
  },
);
