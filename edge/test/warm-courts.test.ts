/** Courts whose cameras stay connected while nobody plays. */
import { existsSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { EndReason } from '@padelvar/shared/session';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { repeat, systemClock as clock } from '../src/base/clock.ts';
import type { SimulatedCourt } from '../src/simulate/court.ts';
import type { Simulator } from '../src/simulate/simulator.ts';
import type { ManagerOptions } from '../src/session/manager.ts';
import { tellFigures } from './support/figures.ts';
import { measureLateness } from './support/machine-lateness.ts';
import type { MachineLateness } from './support/machine-lateness.ts';
import { inspectMovie, openMatchLab } from './support/match-lab.ts';
import type { InspectedMovie, MatchLab } from './support/match-lab.ts';
import { SMALL_CLIP, startTestCourts } from './support/test-courts.ts';

let simulator: Simulator;
let lateness: MachineLateness;

beforeAll(async () => {
  lateness = await measureLateness();
  const login = { user: 'admin', password: 'canary-pass' };
  const streams = Array.from({ length: 4 }, () => ({ kind: 'rtsp' as const, ...login }));
  const pictures = (['mjpeg', 'still', 'mjpeg', 'mjpeg'] as const).map((kind) => ({ kind, ...login }));
  simulator = await startTestCourts([...streams, ...pictures], SMALL_CLIP);
});

afterAll(async () => {
  await simulator.close();
  await lateness.close();
});

const PRE_ROLL_SECONDS = 1;
/** Back to a keyframe, of which one comes every two seconds, and what is being written. */
const KEPT_SECONDS = PRE_ROLL_SECONDS + 2 + 1;
const TRIM_SECONDS = 5;
const BLOCK_BYTES = 512;
/** Of the clip; no stretch of it is a quarter above its mean. */
const bytesOf = (seconds: number): number => (seconds * 1.25 * SMALL_CLIP.bitrateKbit * 1000) / 8;

const FLAWLESS = { missing: 0, repeated: 0, reordered: 0, unreadable: 0, complaints: '' };

interface WarmLab {
  lab: MatchLab;
  court: SimulatedCourt;
  /** What was said to be wrong with the camera last. */
  camera: () => EndReason | undefined;
  /** Most connections that the camera had at once. */
  mostConnections: () => number;
  /** Fewest since this was asked last. */
  fewestConnections: () => number;
  warmFolders: () => Promise<string[]>;
  /** Waits until it was said to be well once more than was waited for. */
  isWarm: () => Promise<void>;
}

async function withWarmCourt(
  number: number,
  use: (warm: WarmLab) => Promise<void>,
  rooms: Partial<ManagerOptions> = {},
): Promise<void> {
  const court = simulator.courts[number];
  if (court === undefined) throw new Error('expected a simulated court');
  const told: (EndReason | undefined)[] = [];
  let heeded = 0;
  let [most, fewest] = [0, 0];
  const endCounting = repeat(clock, 10, () => {
    most = Math.max(most, court.connections());
    fewest = Math.min(fewest, court.connections());
  });
  const onCamera = (_courtId: string, reason: EndReason | undefined): void => void told.push(reason);
  const lab = await openMatchLab([court], { warm: true, onCamera, ...rooms });
  const folder = join(lab.dataDir, 'videos', 'club');
  const warm = {
    ...{ lab, court, camera: () => told.at(-1), mostConnections: () => most },
    fewestConnections() {
      const found = fewest;
      fewest = court.connections();
      return found;
    },
    warmFolders: async () =>
      (await readdir(folder).catch(() => []))
        .filter((name) => name.startsWith('warm_'))
        .map((name) => join(folder, name)),
    isWarm: async () => {
      await lab.until('a warm court', () => told.indexOf(undefined, heeded) >= 0);
      heeded = told.indexOf(undefined, heeded) + 1;
    },
  };
  try {
    await use(warm);
  } finally {
    await endCounting();
    await lab.dispose();
  }
}

async function finish(lab: MatchLab, sessionId: string): ReturnType<typeof inspectMovie> {
  lab.stop(sessionId);
  await lab.reaches(sessionId, 'complete');
  await lab.until('the final file', () => existsSync(lab.moviePath(sessionId)));
  return inspectMovie(lab.moviePath(sessionId), simulator.clip);
}

/** Another match as soon as the court is warm again: it begins behind the last frame of the one before. */
async function recordNext(
  { lab, court, isWarm }: WarmLab,
  movie: InspectedMovie,
  stoppedMs: number,
): Promise<InspectedMovie> {
  await isWarm();
  const sessionId = lab.open('c1');
  await lab.reaches(sessionId, 'created');
  lab.start(sessionId);
  await lab.records(sessionId, 500);
  const next = await finish(lab, sessionId);
  const sent = court.framesSent();
  const last = sent.findLast(
    ({ number, sentAtMs }) => number === movie.numbers.at(-1) && sentAtMs < stoppedMs,
  );
  const following = sent.find(
    ({ number, sentAtMs }) => number === next.numbers[0] && sentAtMs > stoppedMs - 4_000,
  );
  expect(following?.index).toBeGreaterThan(last?.index ?? Infinity);
  return next;
}

test.concurrent(
  'a session takes a warm court over: same connection, pre-roll from before it opened, nothing shared',
  () =>
    withWarmCourt(0, async (warm) => {
      const { lab, court, isWarm, mostConnections } = warm;
      await isWarm();
      await clock.sleep(3_000);
      const fromMs = clock.monotonicMs();
      const first = lab.open('c1');
      await lab.reaches(first, 'created');
      const createdMs = clock.monotonicMs() - fromMs;
      lab.start(first);
      await lab.reaches(first, 'recording');
      const recordingMs = clock.monotonicMs() - fromMs;
      expect(court.answers('PLAY', 200)).toBe(1);
      await clock.sleep(1_000);
      const movie = await finish(lab, first);
      const stoppedMs = clock.monotonicMs();
      expect(movie).toMatchObject(FLAWLESS);
      expect(movie.frames).toBeGreaterThan(3 * 25);
      tellFigures('a warm court after the click', { createdMs, recordingMs });

      expect(await recordNext(warm, movie, stoppedMs)).toMatchObject(FLAWLESS);
      expect(mostConnections()).toBe(1);
      await isWarm();
      expect(court.answers('PLAY', 200)).toBe(3);
    }),
);

test.concurrent(
  'a daemon that restarts adopts its warm court, and one that is no longer warm lets its camera go',
  () =>
    withWarmCourt(1, async ({ lab, court, isWarm, warmFolders, mostConnections }) => {
      await isWarm();
      await lab.release();
      await lab.takeUp();
      await isWarm();
      expect(court.answers('PLAY', 200)).toBe(1);
      const match = lab.open('c1');
      await lab.reaches(match, 'created');
      expect(await warmFolders()).toEqual([]);
      await lab.restart({ pauseMs: 200 });
      await lab.reaches(match, 'created');
      lab.close(match);
      await lab.reaches(match, 'complete');
      await isWarm();
      expect(mostConnections()).toBe(1);
      expect(await warmFolders()).toHaveLength(1);
      lab.manager.setCourts([{ courtId: 'c1', clubId: 'club', address: court.address }]);
      await lab.until('the camera to be let go', () => court.connections() === 0);
      await vi.waitFor(async () => expect(await warmFolders()).toEqual([]), { timeout: 10_000 });
    }),
);

test.concurrent('a warm court says what is wrong with its camera, and is warm again when it is back', () =>
  withWarmCourt(2, async ({ lab, court, camera, isWarm, mostConnections }) => {
    await isWarm();
    await court.setFault({ fault: 'refuse' });
    await lab.until('the trouble to be told', () => camera() === 'camera_lost');
    const failed = lab.open('c1');
    await lab.until('the session to fail', () => lab.get(failed).report.state === 'failed');
    expect(lab.get(failed).report.reason).toBe('camera_unreachable');
    await lab.until('the reason to be told', () => camera() === 'camera_unreachable');
    await court.setFault({ fault: 'none' });
    await isWarm();
    await lab.reaches(lab.open('c1'), 'created');
    expect(mostConnections()).toBe(1);
  }),
);

test.concurrent('the part of a warm court stays small: what is old is punched out, and it is replaced', () =>
  withWarmCourt(
    3,
    async ({ lab, court, isWarm, warmFolders }) => {
      await isWarm();
      const [folder = ''] = await warmFolders();
      const part = join(folder, 'part-1.mp4');
      let [punchedBytes, heldBytes, mostBytes] = [0, 0, 0];
      await lab.until('what is old to be punched out', () => {
        const { size = 0, blocks = 0 } = statSync(part, { throwIfNoEntry: false }) ?? {};
        heldBytes = blocks * BLOCK_BYTES;
        mostBytes = Math.max(mostBytes, heldBytes);
        punchedBytes = size - heldBytes;
        return punchedBytes > 100_000;
      });
      tellFigures('the part of a warm court', { heldBytes, mostBytes, punchedBytes });
      expect(heldBytes).toBeLessThan(bytesOf(KEPT_SECONDS));
      expect(mostBytes).toBeLessThan(bytesOf(KEPT_SECONDS + TRIM_SECONDS));
      await lab.until('a part that is replaced', () => court.answers('PLAY', 200) > 1);
      await lab.reaches(lab.open('c1'), 'created');
    },
    { renewWarmMs: 7_500, preRollSeconds: () => PRE_ROLL_SECONDS },
  ),
);

const IN_ORDER = { reordered: 0, unreadable: 0, complaints: '' };

test.concurrent.each([
  ['an MJPEG camera', 4],
  ['a still-image camera', 5],
])(
  'a session takes %s over that was kept warm: same connection, the pre-roll and no more, nothing shared',
  (what, number) =>
    withWarmCourt(
      number,
      async (warm) => {
        const { lab, court, isWarm, mostConnections, fewestConnections } = warm;
        await isWarm();
        await clock.sleep(3_000);
        fewestConnections();
        const fromMs = clock.monotonicMs();
        const first = lab.open('c1');
        await lab.reaches(first, 'created');
        const createdMs = clock.monotonicMs() - fromMs;
        expect(fewestConnections()).toBe(1);
        lab.start(first);
        await lab.reaches(first, 'recording');
        const recordingMs = clock.monotonicMs() - fromMs;
        await clock.sleep(1_000);
        const movie = await finish(lab, first);
        const stoppedMs = clock.monotonicMs();
        tellFigures(`${what} kept warm, after the click`, { createdMs, recordingMs });
        expect(movie).toMatchObject(IN_ORDER);
        const begins = court.framesSent().find(({ number, sentAtMs }) => {
          return number === movie.numbers[0] && sentAtMs > fromMs - 5_000;
        });
        const beforeMs = fromMs - (begins?.sentAtMs ?? Infinity);
        const lateMs = lateness.allowanceMs();
        expect(beforeMs).toBeGreaterThan(PRE_ROLL_SECONDS * 500 - lateMs);
        expect(beforeMs).toBeLessThan(PRE_ROLL_SECONDS * 1000 + 500 + lateMs);

        expect(await recordNext(warm, movie, stoppedMs)).toMatchObject(IN_ORDER);
        expect(mostConnections()).toBe(1);
      },
      { preRollSeconds: () => PRE_ROLL_SECONDS },
    ),
);

test.concurrent('a warm MJPEG camera is let go by a daemon that goes, and when it is no longer wanted', () =>
  withWarmCourt(6, async ({ lab, court, isWarm, warmFolders, mostConnections }) => {
    await isWarm();
    await lab.release();
    await lab.until('the camera to be let go', () => court.connections() === 0);
    await lab.takeUp();
    await isWarm();
    const match = lab.open('c1');
    await lab.reaches(match, 'created');
    expect(await warmFolders()).toEqual([]);
    await lab.restart({ pauseMs: 200 });
    await lab.reaches(match, 'created');
    lab.close(match);
    await lab.reaches(match, 'complete');
    await isWarm();
    expect(mostConnections()).toBe(1);
    lab.manager.setCourts([{ courtId: 'c1', clubId: 'club', address: court.address }]);
    await lab.until('the camera to be let go', () => court.connections() === 0);
    await vi.waitFor(async () => expect(await warmFolders()).toEqual([]), { timeout: 10_000 });
  }),
);

test.concurrent(
  'a warm MJPEG court says what is wrong with its camera, and is warm again when it is back',
  () =>
    withWarmCourt(7, async ({ lab, court, camera, isWarm, mostConnections }) => {
      await isWarm();
      await court.setFault({ fault: 'refuse' });
      await lab.until('the reason to be told', () => camera() === 'camera_unreachable');
      const failed = lab.open('c1');
      await lab.until('the session to fail', () => lab.get(failed).report.state === 'failed');
      expect(lab.get(failed).report.reason).toBe('camera_unreachable');
      await court.setFault({ fault: 'none' });
      await isWarm();
      await lab.reaches(lab.open('c1'), 'created');
      expect(mostConnections()).toBe(1);
    }),
);
