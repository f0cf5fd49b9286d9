/** Cameras that go away and come back in the middle of a match: one movie on the time line of the court. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock as clock } from '../src/base/clock.ts';
import type { SimulatedCourt } from '../src/simulate/court.ts';
import type { Simulator } from '../src/simulate/simulator.ts';
import { isLongRun, tellFigures } from './support/figures.ts';
import { measureLateness } from './support/machine-lateness.ts';
import type { MachineLateness } from './support/machine-lateness.ts';
import { openMatchLab } from './support/match-lab.ts';
import type { MatchLab } from './support/match-lab.ts';
import { SMALL_CLIP, startTestCourts } from './support/test-courts.ts';
import { beginMatch, jumpsOf, lostBetween, NO_FLAWS, startMatch } from './support/trouble-lab.ts';
import type { TroubledMatch, TroubledMovie } from './support/trouble-lab.ts';

/** What is promised of a machine that is not late itself. */
const BACK_MS = 3_000;
const NOTICED_MS = 3_000;
const TIME_LINE_MS = 500;
const FRAME_MS = 40;

let simulator: Simulator;
let lab: MatchLab;
let lateness: MachineLateness;

beforeAll(async () => {
  lateness = await measureLateness();
  const password = { user: 'admin', password: 'canary-pass' };
  const courts = Array.from({ length: 9 }, (_, index) => ({
    kind: 'rtsp' as const,
    ...(index === 5 ? password : {}),
  }));
  simulator = await startTestCourts(courts, SMALL_CLIP);
  lab = await openMatchLab(simulator.courts);
});

afterAll(async () => {
  await lab.dispose();
  await simulator.close();
  await lateness.close();
});

function expectWithin(ms: number, promisedMs: number): void {
  expect(ms, lateness.remark()).toBeLessThan(promisedMs + lateness.allowanceMs());
}

function tellTrouble(scenario: string, figures: Record<string, number>): void {
  tellFigures(scenario, { ...figures, lateMs: lateness.allowanceMs() });
}

function courtOf(number: number): SimulatedCourt {
  const court = simulator.courts[number - 1];
  if (court === undefined) throw new Error('expected a court');
  return court;
}

function begin(number: number, ms?: number): Promise<TroubledMatch> {
  const options = { lab, courtId: `c${String(number)}`, court: courtOf(number), clip: simulator.clip };
  return beginMatch({ ...options, ...(ms === undefined ? {} : { ms }) });
}

/** One movie, on the time line of the court; each jump in its frames is a declared gap and one long frame. */
async function expectOneMovie(match: TroubledMatch, movie: TroubledMovie, gaps: number): Promise<void> {
  const { report, durationMs, realMs, worstOffsetMs, flaws } = movie;
  expect(flaws).toEqual(NO_FLAWS);
  expect(report).toMatchObject({ state: 'complete', reason: 'player' });
  expect((await readdir(lab.folder(match.sessionId))).filter((name) => name.startsWith('part-'))).toEqual([]);
  expectWithin(Math.abs(durationMs - realMs), TIME_LINE_MS);
  expectWithin(worstOffsetMs, TIME_LINE_MS);
  expect(movie.gaps).toHaveLength(gaps);
  expect(jumpsOf(movie)).toHaveLength(gaps);
  for (const [index, { before, after }] of jumpsOf(movie).entries()) {
    const { fromMs = 0, toMs = 0, reason } = movie.gaps[index] ?? {};
    expect(reason).toBe('camera_lost');
    expect(Math.abs(before.beginMs + FRAME_MS - fromMs)).toBeLessThan(FRAME_MS);
    expect(Math.abs(after.beginMs - toMs)).toBeLessThan(FRAME_MS);
    expect(Math.abs(before.beginMs + before.lastsMs - after.beginMs)).toBeLessThan(1);
  }
}

/** Every frame before a trouble, and every frame once the camera's first keyframe behind it is there. */
function expectIntactAround(movie: TroubledMovie, court: SimulatedCourt, troubleMs: number): void {
  const sent = court.framesSent();
  const first = sent.find(({ index }) => index === movie.frames[0]?.index);
  expect(lostBetween(movie, court, first?.sentAtMs ?? Infinity, troubleMs)).toBe(0);
  const [jump] = jumpsOf(movie);
  const back = sent.find(({ index }) => index === jump?.after.index);
  const last = sent.find(({ index }) => index === movie.frames.at(-1)?.index);
  expect(lostBetween(movie, court, back?.sentAtMs ?? Infinity, last?.sentAtMs ?? 0)).toBe(0);
}

function isAwayFromKeyframes(court: SimulatedCourt): boolean {
  const place = (court.framesSent().at(-1)?.number ?? 0) % simulator.clip.gopFrames;
  return place > 10 && place < 30;
}

async function dropManyTimes(number: number, drops: number): Promise<void> {
  const match = await begin(number);
  const court = courtOf(number);
  const backMs: number[] = [];
  for (let drop = 1; drop <= drops; drop += 1) {
    await clock.sleep(300 * (drop % 4));
    // Far enough from the next keyframe that pictures are lost.
    await lab.until('the middle of a GOP', () => isAwayFromKeyframes(court));
    await court.setFault({ fault: 'drop' });
    backMs.push(await match.goesOn(drop));
  }
  const movie = await match.finish();
  await expectOneMovie(match, movie, drops);
  expectWithin(Math.max(...backMs), BACK_MS);
  expect(match.mostConnections).toBe(1);
  expect(court.answers('PLAY', 200)).toBe(drops + 1);
  const { worstOffsetMs, excuses } = movie;
  const worstBackMs = Math.max(...backMs);
  tellTrouble('a camera that drops', { drops, movies: 1, worstOffsetMs, worstBackMs, excuses });
}

test.concurrent(
  'five drops in one match are one movie on the time line of the court [ZoneMinder 2028, mediamtx 5411]',
  () => dropManyTimes(1, 5),
);

if (isLongRun) test.concurrent('fifty drops in one match are one movie', () => dropManyTimes(9, 50), 400_000);

test.concurrent(
  'a camera that reboots is recorded 3 s after it is back, with its gap declared [frigate 3122, 7634]',
  async () => {
    const match = await begin(2);
    const troubleMs = clock.monotonicMs();
    await courtOf(2).setFault({ fault: 'reboot', seconds: 5 });
    await clock.sleep(5_000 - (clock.monotonicMs() - troubleMs));
    const backMs = await match.goesOn();
    expectWithin(backMs, BACK_MS);
    await lab.records(match.sessionId, 1_500);
    const movie = await match.finish();
    await expectOneMovie(match, movie, 1);
    expectIntactAround(movie, courtOf(2), troubleMs);
    tellTrouble('a camera that reboots', { backMs, excuses: movie.excuses });
    expect(match.mostConnections).toBe(1);
  },
);

test.concurrent(
  'a camera that falls silent on an open connection is let go within 3 s and taken up again [frigate 4087]',
  async () => {
    const match = await begin(3);
    const court = courtOf(3);
    const troubleMs = clock.monotonicMs();
    await court.setFault({ fault: 'silence' });
    await lab.until('the connection to be let go', () => court.answers('TEARDOWN', 200) > 0);
    const noticedMs = clock.monotonicMs() - troubleMs;
    await lab.until('the silence to be told', () => match.report().recording?.growing === false);
    const toldMs = clock.monotonicMs() - troubleMs;
    expectWithin(noticedMs, NOTICED_MS);
    expectWithin(toldMs, NOTICED_MS + 300);
    await clock.sleep(3_000);
    await court.setFault({ fault: 'none' });
    const backMs = await match.goesOn();
    expectWithin(backMs, BACK_MS);
    await lab.records(match.sessionId, 1_500);
    const movie = await match.finish();
    await expectOneMovie(match, movie, 1);
    expectIntactAround(movie, court, troubleMs);
    tellTrouble('a camera that falls silent', { noticedMs, toldMs, backMs, excuses: movie.excuses });
    expect(match.mostConnections).toBe(1);
  },
);

test.concurrent(
  'a camera is never asked twice at once, and its RTSP sessions are torn down [moonfire-nvr 184]',
  async () => {
    const match = await begin(4);
    const court = courtOf(4);
    for (const [index, seconds] of [4, 3].entries()) {
      await court.setFault({ fault: 'silence', seconds });
      expectWithin(await match.goesOn(index + 1), seconds * 1000 + BACK_MS);
    }
    await match.finish();
    await lab.until('the last connection to end', () => court.connections() === 0);
    expect(match.mostConnections).toBe(1);
    expect(court.answers('PLAY', 200)).toBeGreaterThanOrEqual(3);
    // One that had to be broken off by a signal says no goodbye; its connection ends.
    expect(court.answers('TEARDOWN', 200)).toBeGreaterThanOrEqual(court.answers('PLAY', 200) - 1);
  },
);

test.concurrent('a camera that was away for long is recorded 3 s after it is back', async () => {
  const match = await begin(5);
  const troubleMs = clock.monotonicMs();
  await courtOf(5).setFault({ fault: 'refuse' });
  await clock.sleep(12_000);
  await courtOf(5).setFault({ fault: 'none' });
  const backMs = await match.goesOn();
  expectWithin(backMs, BACK_MS);
  await lab.records(match.sessionId, 1_000);
  const movie = await match.finish();
  await expectOneMovie(match, movie, 1);
  expectIntactAround(movie, courtOf(5), troubleMs);
  tellTrouble('a camera that is away for long', { backMs, excuses: movie.excuses });
});

test.concurrent(
  'a camera that refuses its password is asked seldom, so that it locks nobody out, and comes back',
  async () => {
    const match = await begin(6);
    const court = courtOf(6);
    await court.setFault({ fault: 'wrong-password', seconds: 5 });
    const before = court.answers('DESCRIBE', 401);
    await lab.until(
      'the right password to be taken again',
      () => match.report().recording?.gaps.length === 1,
    );
    // An FFmpeg, then a question: each comes without a password, then with one or two kinds of it.
    expect(court.answers('DESCRIBE', 401) - before).toBeLessThanOrEqual(8);
    await lab.records(match.sessionId, 1_000);
    await expectOneMovie(match, await match.finish(), 1);
  },
);

test.concurrent(
  'a match stopped while its camera is away lasts until the stop, with that gap declared',
  async () => {
    const match = await begin(7, 2_500);
    const court = courtOf(7);
    await court.setFault({ fault: 'refuse' });
    await lab.until('the camera to be missed', () => match.report().recording?.growing === false);
    const movie = await match.finish();
    expect(movie.flaws).toEqual(NO_FLAWS);
    expect(jumpsOf(movie)).toEqual([]);
    expect(movie.gaps).toEqual([
      { fromMs: expect.any(Number) as number, toMs: movie.durationMs, reason: 'camera_lost' },
    ]);
    expectWithin(Math.abs(movie.durationMs - movie.realMs), TIME_LINE_MS);
    const last = movie.frames.at(-1);
    expect(Math.abs((last?.beginMs ?? 0) + (last?.lastsMs ?? 0) - movie.durationMs)).toBeLessThan(FRAME_MS);
  },
);

test.concurrent('a match started while its camera is away begins with its first new frame', async () => {
  const court = courtOf(8);
  const sessionId = lab.open('c8');
  await lab.reaches(sessionId, 'created');
  await court.setFault({ fault: 'refuse' });
  const lostMs = clock.monotonicMs();
  await lab.until('the pre-roll to be of the past', () => clock.monotonicMs() - lostMs > 1_500);
  const match = startMatch({ lab, courtId: 'c8', court, clip: simulator.clip }, sessionId);
  await lab.reaches(sessionId, 'starting');
  await lab.until('the mark', () => match.report().recording !== undefined);
  expect(match.report()).toMatchObject({ state: 'starting', recording: { growing: false, bytes: 0 } });
  const backMs = clock.monotonicMs();
  await court.setFault({ fault: 'none' });
  await lab.records(sessionId, 1_500);
  const movie = await match.finish();
  await expectOneMovie(match, movie, 0);
  const first = court.framesSent().find(({ index }) => index === movie.frames[0]?.index);
  expect(first?.sentAtMs).toBeGreaterThan(backMs);
});

test.concurrent('a camera that is dead at the start says so, and its court is free again', async () => {
  const own = await openMatchLab(['rtsp://127.0.0.1:9/court']);
  const sessionId = own.open('c1');
  await own.until('the session to fail', () => own.get(sessionId).report.state === 'failed');
  expect(own.get(sessionId).report).toMatchObject({ reason: 'camera_unreachable' });
  expect(own.get(sessionId).report.detail).toMatch(/127\.0\.0\.1/);
  expect(existsSync(own.folder(sessionId))).toBe(false);
  expect(own.manager.hasOpen()).toBe(false);
  await own.dispose();
});
