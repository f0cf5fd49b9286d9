/** What cameras send beside plain H.264, as movies in Chromium: from the first second to the end, and by seeks. */
import { existsSync } from 'node:fs';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { systemClock as clock } from '../edge/src/base/clock.ts';
import { createLanApi, openLanServer } from '../edge/src/lan/lan-api.ts';
import type { LanApiOptions, LanServer } from '../edge/src/lan/lan-api.ts';
import type { CourtOptions } from '../edge/src/simulate/court.ts';
import type { Fault } from '../edge/src/simulate/fault.ts';
import type { Simulator } from '../edge/src/simulate/simulator.ts';
import { inspectMovie, openMatchLab } from '../edge/test/support/match-lab.ts';
import type { MatchLab } from '../edge/test/support/match-lab.ts';
import { findWriters, killAll } from '../edge/test/support/process-census.ts';
import { SMALL_CLIP, startTestCourts } from '../edge/test/support/test-courts.ts';
import { readTimes } from '../edge/test/support/trouble-lab.ts';
import { openBrowser } from './support/browser.ts';
import { openServedMovie, seekTo } from './support/browser-movie.ts';
import { readShownNumber } from './support/browser-picture.ts';

interface Case {
  name: string;
  court: Omit<CourtOptions, 'kind'>;
  hasSound?: boolean;
  /** Its camera's clock does in the middle. */
  jumps?: boolean;
  /** Its first keyframe comes long after the session is opened. */
  isLate?: boolean;
}

/** Those that take longest first. */
const CASES: Case[] = [
  { name: 'a clock that jumps ahead and back', court: {}, jumps: true },
  {
    name: 'keyframes 10 s apart, the first of them late',
    court: { stream: { gopFrames: 250 }, parameterSetsInSdp: false },
    isLate: true,
  },
  { name: 'B-frames', court: { stream: { bFrames: 2 } } },
  { name: 'B-frames and AAC', court: { stream: { bFrames: 2 }, audio: 'aac' }, hasSound: true },
  { name: 'G.711', court: { audio: 'pcma' }, hasSound: true },
  {
    name: 'missing time stamps, parameter sets in the description alone',
    court: { stuckStamps: { every: 25, frames: 5 }, parameterSetsInBand: false },
  },
];
/** Of which pieces are shown. */
const PIECES: Case['court'] = { stream: { bFrames: 2 }, audio: 'aac' };
const PIECES_COURT = `c${String(CASES.length + 1)}`;
const RECORD_MS = 3_000;
const JUMP: Fault = { fault: 'clock-forward', jumpSeconds: 3_600 };
/** A jump is told from a pause by what came before it. */
const BEFORE_JUMP_MS = 5_500;
const LATE_MS = 1_000;

let simulator: Simulator;
let lab: MatchLab;
let server: LanServer;
let browser: Browser;

beforeAll(async () => {
  simulator = await startTestCourts(
    [...CASES.map(({ court }) => court), PIECES].map((court) => ({ kind: 'rtsp', ...court })),
    SMALL_CLIP,
  );
  lab = await openMatchLab(simulator.courts, { audio: true });
  // Of the manager of that moment: another one takes up what the first leaves.
  const sessions: LanApiOptions['sessions'] = {
    reports: () => lab.manager.reports(),
    find: (sessionId) => lab.manager.find(sessionId),
  };
  server = await openLanServer(createLanApi({ sessions, health: () => ({}) }), 0);
  browser = await openBrowser();
}, 240_000);

afterAll(async () => {
  await browser.close();
  await server.close();
  await lab.dispose();
  await simulator.close();
});

interface VideoElement {
  currentTime: number;
  readonly error: { message: string } | null;
  /** Chromium's own. */
  readonly webkitAudioDecodedByteCount: number;
  play(): Promise<void>;
  addEventListener(type: 'ended' | 'error', listener: () => void): void;
}

/** Plays to the end; answers the bytes of sound that were decoded. */
function playToEnd(video: Locator): Promise<number> {
  return video.evaluate(async (element: VideoElement) => {
    const end = new Promise<void>((resolve, reject) => {
      element.addEventListener('ended', resolve);
      element.addEventListener('error', () => reject(new Error(element.error?.message)));
    });
    element.currentTime = 0;
    await element.play();
    await end;
    return element.webkitAudioDecodedByteCount;
  });
}

/** Answers once it records. */
async function start(courtId: string, durationSeconds?: number): Promise<string> {
  const sessionId = lab.open(courtId);
  await lab.reaches(sessionId, 'created');
  lab.start(sessionId, durationSeconds);
  await lab.records(sessionId, 0);
  return sessionId;
}

async function record({ jumps = false }: Case, index: number): Promise<string> {
  const sessionId = await start(`c${String(index + 1)}`);
  await lab.records(sessionId, jumps ? BEFORE_JUMP_MS : RECORD_MS);
  const faults: Fault[] = jumps ? [JUMP, { fault: 'none' }] : [];
  for (const fault of faults) {
    await simulator.courts[index]?.setFault(fault);
    await lab.records(sessionId, RECORD_MS);
  }
  lab.stop(sessionId);
  await hasMovie(sessionId);
  return sessionId;
}

async function hasMovie(sessionId: string): Promise<void> {
  await lab.reaches(sessionId, 'complete');
  await lab.until('the final file', () => existsSync(lab.moviePath(sessionId)));
}

interface Shown {
  middleMs: number;
  number: number | undefined;
}

/** Its frames in the order in which they are shown. */
async function listShown(path: string, numbers: readonly number[]): Promise<Shown[]> {
  const times = (await readTimes(path)).sort((a, b) => a.beginMs - b.beginMs);
  return times.map(({ beginMs, lastsMs }, position) => ({
    middleMs: beginMs + lastsMs / 2,
    number: numbers[position],
  }));
}

/** Seeks forward and back, each time for the frame that is there, and plays to the end. Answers the bytes of sound. */
async function seekAndPlay(video: Locator, shown: readonly Shown[]): Promise<number> {
  for (const place of [0.6, 0.9, 0.1, 0.62]) {
    const { middleMs = 0, number } = shown[Math.floor(place * shown.length)] ?? {};
    await seekTo(video, middleMs / 1000);
    expect(await readShownNumber(video)).toBe(number === undefined ? number : number % simulator.clip.frames);
  }
  return playToEnd(video);
}

describe.concurrent('a movie', () => {
  it.each(CASES.map((one, index) => ({ ...one, index })))(
    'plays to its end and shows the frame that was sought: $name',
    async ({ index, hasSound = false, isLate = false, ...one }) => {
      const openedMs = clock.monotonicMs();
      const sessionId = await record(one, index);
      const path = lab.moviePath(sessionId);
      const { numbers, complaints } = await inspectMovie(path, simulator.clip);
      expect(complaints).toBe('');
      if (isLate) {
        const first = simulator.courts[index]?.framesSent().find(({ number }) => number === numbers[0]);
        expect((first?.sentAtMs ?? 0) - openedMs).toBeGreaterThan(LATE_MS);
      }
      const video = await openServedMovie(browser, server.port, sessionId);
      expect((await seekAndPlay(video, await listShown(path, numbers))) > 0).toBe(hasSound);
    },
  );
});

test.concurrent(
  'pieces of a movie that runs, and of one that is over, play and show their frames',
  async () => {
    const sessionId = await start(PIECES_COURT);
    await lab.records(sessionId, 7_000);
    const running = await openServedMovie(browser, server.port, sessionId, 'replay?seconds=5');
    const first = await readShownNumber(running);
    await playToEnd(running);
    lab.stop(sessionId);
    await hasMovie(sessionId);
    const path = lab.moviePath(sessionId);
    const { numbers } = await inspectMovie(path, simulator.clip);
    const shown = await listShown(path, numbers);
    expect(numbers.map((number) => number % simulator.clip.frames)).toContain(first);
    const [fromMs, toMs] = [1_000, 4_000];
    const piece = shown
      .filter(({ middleMs }) => middleMs > fromMs && middleMs < toMs)
      .map(({ middleMs, number }) => ({ middleMs: middleMs - fromMs, number }));
    const query = `clip?from=${String(fromMs)}&to=${String(toMs)}`;
    const clip = await openServedMovie(browser, server.port, sessionId, query);
    expect(await seekAndPlay(clip, piece)).toBeGreaterThan(0);
  },
);

test('a movie whose recorder and daemon were ended in the middle plays and shows its frames', async () => {
  const sessionId = await start(PIECES_COURT, 3);
  await lab.records(sessionId, 2_000);
  expect(killAll(findWriters(lab.folder(sessionId)))).toBe(1);
  // Until it is over: then there is only to be finished what is there.
  await lab.restart({ pauseMs: 1_500 });
  await hasMovie(sessionId);
  const path = lab.moviePath(sessionId);
  const { numbers, complaints } = await inspectMovie(path, simulator.clip);
  expect(complaints).toBe('');
  const video = await openServedMovie(browser, server.port, sessionId);
  await seekAndPlay(video, await listShown(path, numbers));
});
