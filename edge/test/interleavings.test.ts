/** Starts, stops, kills, drops and restarts in random order on many courts at once, with a tiny stand-in for FFmpeg. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isEnded } from '@padelvar/shared/session';
import type { SessionState } from '@padelvar/shared/session';
import { createPortPool } from '../src/proxy/port-pool.ts';
import type { Simulator } from '../src/simulate/simulator.ts';
import { createRandom, isLongRun, pick, tellFigures } from './support/figures.ts';
import type { Random } from './support/figures.ts';
import { openMatchLab } from './support/match-lab.ts';
import type { MatchLab } from './support/match-lab.ts';
import { findWriters, killAll, takeCensus } from './support/process-census.ts';
import { startTestCourts, SMALL_CLIP } from './support/test-courts.ts';
import { createFastClock, createTinyRecorder } from './support/tiny-recorder.ts';
import type { RecorderMode, TinyRecorder } from './support/tiny-recorder.ts';

const COURTS = 8;
const INTERLEAVINGS = isLongRun ? 2_000 : 100;
/** A session that has not ended after this is stuck, real milliseconds. */
const STUCK_MS = 10_000;
const MODES: readonly RecorderMode[] = ['well', 'well', 'well', 'well', 'stubborn', 'refused', 'silent'];

let simulator: Simulator;
let recorder: TinyRecorder;

beforeAll(async () => {
  simulator = await startTestCourts([{ kind: 'rtsp' }], SMALL_CLIP);
  recorder = await createTinyRecorder();
});
afterAll(async () => {
  await simulator.close();
  await recorder.dispose();
});

interface Figures {
  sessions: number;
  restarts: number;
  kills: number;
  recordings: number;
  movies: number;
  stuck: number;
  twoRecorders: number;
}

interface Device {
  lab: MatchLab;
  random: Random;
  figures: Figures;
  /** Resolves at once, but while the daemon is between two lives. */
  awake: Promise<void>;
}

/** One session's life, from opening to its end. */
async function liveOnce(device: Device, courtId: string): Promise<void> {
  const { lab, random, figures } = device;
  const pause = async (mostMs: number): Promise<void> => {
    await delay(random() * mostMs);
    await device.awake;
  };
  await recorder.setMode(courtId, pick(random, MODES));
  await device.awake;
  const sessionId = lab.open(courtId);
  figures.sessions += 1;
  const stateOf = (): SessionState => lab.manager.find(sessionId)?.report.state ?? 'idle';
  await pause(120);
  const isStarted = random() < 0.85;
  if (isStarted) lab.start(sessionId, pick(random, [1, 3, 600]));
  await pause(150);
  // On a busy machine chance alone would let few of them come as far as that.
  if (isStarted && random() < 0.4)
    await waitUntil(() => stateOf() === 'recording' || isEnded(stateOf()), 1_000);
  await device.awake;
  if (random() < 0.4) figures.kills += killAll(findWriters(lab.folder(sessionId)));
  await pause(100);
  if (!isStarted || random() < 0.3) lab.close(sessionId);
  else lab.stop(sessionId);
  await waitUntil(() => isEnded(stateOf()), STUCK_MS);
  await device.awake;
  judge(device, sessionId);
  lab.forget(sessionId);
}

async function waitUntil(isSo: () => boolean, mostMs: number): Promise<void> {
  const deadlineMs = performance.now() + mostMs;
  while (!isSo() && performance.now() < deadlineMs) await delay(5);
}

function judge({ lab, figures }: Device, sessionId: string): void {
  const { report } = lab.get(sessionId);
  if (!isEnded(report.state)) {
    figures.stuck += 1;
    process.stdout.write(`stuck: ${JSON.stringify(report)}\n`);
    return;
  }
  expect(report.reason, JSON.stringify(report)).toBeDefined();
  expect(['port_range_full', 'recorder_failed']).not.toContain(report.reason);
  if (report.recording === undefined) return;
  figures.recordings += 1;
  if (report.recording.movie !== undefined) figures.movies += 1;
  else expect(report).toMatchObject({ state: 'failed', reason: 'no_frames' });
}

async function restartNowAndThen(device: Device, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await delay(100 + device.random() * 400);
    const withoutDatabase = device.random() < 0.2;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    device.awake = promise.then(() => undefined);
    await device.lab.restart({ withoutDatabase });
    resolve(undefined);
    device.figures.restarts += 1;
  }
}

test(
  'no order of starts, stops, kills and restarts makes two recorders of a court, a stuck session or a leak',
  { timeout: 60_000 + INTERLEAVINGS * 300 },
  async () => {
    const memoryFolder = await mkdtemp('/dev/shm/padelvar-interleavings-');
    const before = takeCensus([]);
    const lab = await openMatchLab(
      Array.from({ length: COURTS }, () => simulator.courts[0]?.address ?? ''),
      {
        ...{ clock: createFastClock(), ffmpegPath: recorder.path, memoryFolder },
        dataDir: await mkdtemp('/dev/shm/padelvar-interleavings-data-'),
        ports: createPortPool({ firstPort: 18_800, lastPort: 18_800 + COURTS }),
      },
    );
    const figures = {
      sessions: 0,
      restarts: 0,
      kills: 0,
      recordings: 0,
      movies: 0,
      stuck: 0,
      twoRecorders: 0,
    };
    const device: Device = { lab, figures, random: createRandom(1), awake: Promise.resolve() };
    const lives = Array.from({ length: COURTS }, async (_, court) => {
      while (figures.sessions < INTERLEAVINGS) await liveOnce(device, `c${String(court + 1)}`);
    });
    let isOver = false;
    const restarting = restartNowAndThen(device, () => isOver);
    await Promise.all(lives).finally(() => (isOver = true));
    await restarting;
    figures.twoRecorders = (await recorder.doubled()).length;
    expect(await readdir(memoryFolder)).toEqual([]);
    await lab.dispose();
    await rm(memoryFolder, { recursive: true, force: true });
    const after = takeCensus([lab.dataDir]);
    tellFigures('random interleavings', {
      ...figures,
      descriptorsLeft: after.descriptors - before.descriptors,
    });
    expect(figures).toMatchObject({ stuck: 0, twoRecorders: 0 });
    expect(after).toMatchObject({ processes: 0, zombies: 0 });
    expect(after.descriptors).toBeLessThanOrEqual(before.descriptors + 4);
  },
);
