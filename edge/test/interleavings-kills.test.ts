/** The daemon is killed at random moments of opening, starting and stopping: a process of its own, and recorders of their own. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DesiredSession, ReportedSession } from '@padelvar/shared/link';
import { isEnded } from '@padelvar/shared/session';
import type { Simulator } from '../src/simulate/simulator.ts';
import { createRandom, isLongRun, pick, tellFigures } from './support/figures.ts';
import type { Random } from './support/figures.ts';
import { startDevice } from './support/killable-device.ts';
import type { KillableDevice } from './support/killable-device.ts';
import { findWriters, takeCensus } from './support/process-census.ts';
import { startTestCourts, SMALL_CLIP } from './support/test-courts.ts';
import { createTinyRecorder } from './support/tiny-recorder.ts';
import type { RecorderMode, TinyRecorder } from './support/tiny-recorder.ts';

const COURTS = 4;
const KILLS = isLongRun ? 200 : 12;
/** Until the next one: before the daemon is awake (half a second), while it takes up what was left, and later. */
const [LEAST_LIFE_MS, MOST_LIFE_MS] = [100, 1_600];
/** Half of all pauses in a session's life are within a few steps of its daemon, the others are longer than it takes to start. */
const [SHORT_MS, LONG_MS] = [60, 1_200];
/** Waited for, where a session is to record before it is stopped. */
const RECORDING_MS = 5_000;
/** A session that has not ended after this, while its daemon lives, is stuck. */
const STUCK_MS = 20_000;
const MODES: readonly RecorderMode[] = ['well', 'well', 'well', 'stubborn', 'silent', 'orphaned'];

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

interface Run {
  device: KillableDevice;
  random: Random;
  desired: Map<string, DesiredSession>;
  figures: { kills: number; sessions: number; movies: number; stuck: number; twoRecorders: number };
  /** When the daemon that lives now began, by `performance.now()`. */
  bornAtMs: number;
  /** No session begins any more, and nobody is killed but by a recorder. */
  isOver: boolean;
}

const reportOf = ({ device }: Run, sessionId: string): ReportedSession | undefined =>
  device.reports().find((report) => report.sessionId === sessionId);

async function liveOnce(run: Run, courtId: string): Promise<void> {
  const { device, random, desired, figures } = run;
  const want = (session: DesiredSession): void => {
    desired.set(session.sessionId, session);
    device.want([...desired.values()]);
  };
  const pause = (): Promise<void> => delay(random() * pick(random, [SHORT_MS, LONG_MS]));
  figures.sessions += 1;
  const sessionId = `sess_club_${courtId}_${String(1_700_000_000 + figures.sessions)}`;
  await recorder.setMode(courtId, pick(random, MODES));
  const nowMs = Date.now();
  const session = { sessionId, courtId, openDeadlineAt: nowMs + 120_000 };
  want(session);
  await pause();
  const recording = { requestedAt: nowMs, startDeadlineAt: nowMs + 120_000, durationSeconds: 600 };
  want({ ...session, recording });
  await pause();
  // Chance alone would let few of them come as far as that.
  if (random() < 0.6) await until(() => reportOf(run, sessionId)?.recording?.growing === true, RECORDING_MS);
  await pause();
  const end = { requestedAt: Date.now(), reason: 'player' as const };
  want(
    random() < 0.8
      ? { ...session, recording: { ...recording, stop: end } }
      : { ...session, recording, close: end },
  );
  if (!(await hasEnded(run, sessionId))) return;
  if (reportOf(run, sessionId)?.recording?.movie !== undefined) figures.movies += 1;
  desired.delete(sessionId);
}

async function until(isSo: () => boolean, mostMs: number): Promise<boolean> {
  const deadlineMs = performance.now() + mostMs;
  while (!isSo() && performance.now() < deadlineMs) await delay(20);
  return isSo();
}

async function hasEnded(run: Run, sessionId: string): Promise<boolean> {
  const isOver = (): boolean => isEnded(reportOf(run, sessionId)?.state ?? 'idle');
  while (!isOver() && performance.now() < run.bornAtMs + STUCK_MS) await delay(20);
  if (isOver()) return true;
  run.figures.stuck += 1;
  process.stdout.write(`stuck: ${sessionId}: ${JSON.stringify(reportOf(run, sessionId))}\n`);
  return false;
}

/** A recorder may kill its daemon too, until the last session has ended. */
async function killNowAndThen(run: Run, lives: Promise<unknown>): Promise<void> {
  const { device, random, figures } = run;
  const restart = (): void => {
    device.restart();
    run.bornAtMs = performance.now();
    figures.kills += 1;
  };
  // On a busy machine none of so short lives may bring a movie about: the last ones are longer.
  while (figures.kills < KILLS || figures.movies === 0) {
    const shortMs = LEAST_LIFE_MS + random() * (MOST_LIFE_MS - LEAST_LIFE_MS);
    const lifeMs = figures.kills < KILLS ? shortMs : 2 * RECORDING_MS;
    await Promise.race([delay(lifeMs), device.gone()]);
    await device.kill();
    restart();
  }
  run.isOver = true;
  const over = lives.then(() => true);
  while (!(await Promise.race([over, delay(20, false)]))) {
    if (device.isGone) restart();
  }
  // One that died with the last session has left to the next what it had in memory.
  if (device.isGone) restart();
}

test(
  'no moment at which the daemon is killed makes two recorders of a court, a stuck session or an orphan',
  { timeout: 60_000 + KILLS * 4_000 },
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'padelvar-kills-'));
    const memoryFolder = await mkdtemp('/dev/shm/padelvar-kills-');
    const addresses = Array.from({ length: COURTS }, () => simulator.courts[0]?.address ?? '');
    const run: Run = {
      device: startDevice({ dataDir, memoryFolder, ffmpegPath: recorder.path, addresses }),
      ...{ random: createRandom(1), desired: new Map<string, DesiredSession>(), isOver: false },
      bornAtMs: performance.now(),
      figures: { kills: 0, sessions: 0, movies: 0, stuck: 0, twoRecorders: 0 },
    };
    const lives = Promise.all(
      addresses.map(async (_address, court) => {
        while (!run.isOver) await liveOnce(run, `c${String(court + 1)}`);
      }),
    );
    await Promise.all([lives, killNowAndThen(run, lives)]);
    run.figures.twoRecorders = (await recorder.doubled()).length;
    const left = findWriters(dataDir);
    await expect.poll(() => readdir(memoryFolder), { timeout: 10_000 }).toEqual([]);
    await run.device.close();
    tellFigures('kills of the daemon', run.figures);
    expect(run.figures).toMatchObject({ stuck: 0, twoRecorders: 0 });
    expect(run.figures.movies).toBeGreaterThan(0);
    expect(left).toEqual([]);
    expect(takeCensus([dataDir])).toMatchObject({ processes: 0, zombies: 0 });
    expect(await readdir(memoryFolder)).toEqual([]);
    await rm(dataDir, { recursive: true, force: true });
    await rm(memoryFolder, { recursive: true, force: true });
  },
);
