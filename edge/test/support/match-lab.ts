/** One court after another through the real session manager, in a temporary data folder. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { DesiredSession } from '@padelvar/shared/link';
import type { EndReason } from '@padelvar/shared/session';
import { systemClock as clock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import { createPortPool } from '../../src/proxy/port-pool.ts';
import { createSessionManager } from '../../src/session/manager.ts';
import type { KnownMatch, ManagerOptions, SessionManager } from '../../src/session/manager.ts';
import type { SimulatedCourt } from '../../src/simulate/court.ts';
import { openStore } from '../../src/store/database.ts';
import { createSessionStore } from '../../src/store/sessions.ts';
import { countFrameFaults, decodeMovie } from './frame-numbers.ts';
import type { FrameFaults } from './frame-numbers.ts';
import { findDisagreement } from './movie-checkers.ts';
import { findWriters, killAll } from './process-census.ts';
import { TEST_FFMPEG } from './test-courts.ts';

const run = promisify(execFile);
const POLL_MS = 25;
/** What is waited for comes; on a busy machine it takes its time. */
const PATIENCE_MS = 45_000;
const GAP_SECONDS = 0.3;
/** What FFmpeg says where it gives two frames one number. */
const OWN_COUNTING =
  /^(?:\[null @ \w+\] Application provided invalid, non monotonically increasing dts to muxer in stream \d+: \d+ >= \d+| *Last message repeated \d+ times)?$/;
const PORTS = { firstPort: 19_100, lastPort: 19_999 };
let nextSecond = 1_700_000_000;

export interface TakeUpOptions {
  /** The courts have no cameras any more. */
  withoutCameras?: boolean;
  /** The portal's document is lost too, and comes when all was taken up. */
  withoutDocument?: boolean;
  /** Does not wait until what was over has become movies. */
  withoutWaiting?: boolean;
}

export interface RestartOptions extends TakeUpOptions {
  withoutDatabase?: boolean;
  pauseMs?: number;
}

export interface MatchLab {
  readonly dataDir: string;
  readonly manager: SessionManager;
  /** The manager goes as a daemon does, and another one takes up the same folder. */
  restart(options?: RestartOptions): Promise<void>;
  /** Only the going: FFmpeg of RTSP courts stays. */
  release(): Promise<void>;
  takeUp(options?: TakeUpOptions): Promise<void>;
  /** `openedAtSeconds`: the moment by which the portal names it; one after the other where left out. */
  open(courtId: string, openedAtSeconds?: number): string;
  start(sessionId: string, durationSeconds?: number): void;
  stop(sessionId: string, reason?: EndReason): void;
  close(sessionId: string, reason?: EndReason): void;
  /** The portal no longer names it. */
  forget(sessionId: string): void;
  /** Nor any other. */
  forgetAll(): void;
  get(sessionId: string): KnownMatch;
  until(what: string, isSo: () => boolean, timeoutMs?: number): Promise<void>;
  reaches(sessionId: string, state: string, timeoutMs?: number): Promise<void>;
  records(sessionId: string, ms: number): Promise<void>;
  moviePath(sessionId: string): string;
  folder(sessionId: string): string;
  dispose(): Promise<void>;
  /** Without an end of what is recorded. */
  abandon(): Promise<void>;
}

/** Courts are called c1, c2, … in the order of `courts`. */
export async function openMatchLab(
  courts: readonly (SimulatedCourt | string)[],
  {
    audio = false,
    warm = false,
    lowDelay = false,
    ...rooms
  }: { audio?: boolean; warm?: boolean; lowDelay?: boolean } & Partial<ManagerOptions> = {},
): Promise<MatchLab> {
  const dataDir = rooms.dataDir ?? (await mkdtemp(join(tmpdir(), 'padelvar-match-')));
  const memoryFolder = await mkdtemp('/dev/shm/padelvar-match-');
  const addresses = courts.map((court) => (typeof court === 'string' ? court : court.address));
  const wanted = new Map<string, DesiredSession>();
  let store = openStore(join(dataDir, 'edge.db'));
  let manager = await create();

  async function create({
    withoutCameras = false,
    withoutDocument = false,
    withoutWaiting = false,
  }: TakeUpOptions = {}): Promise<SessionManager> {
    const created = createSessionManager({
      ...{ dataDir, memoryFolder, clock, ffmpegPath: TEST_FFMPEG, logger: silentLogger },
      ports: createPortPool(PORTS),
      store: createSessionStore(store),
      portalNowMs: () => clock.nowMs(),
      onChange: () => undefined,
      onView: () => undefined,
      openSealed: (_courtId, sealed) => Buffer.from(sealed, 'base64').toString(),
      ...rooms,
    });
    const known = addresses.map((address, index) => ({
      ...{ courtId: `c${String(index + 1)}`, clubId: 'club', audio, warm, lowDelay },
      sealed: Buffer.from(address).toString('base64'),
      address: withoutCameras ? undefined : address,
    }));
    if (!withoutDocument) created.setCourts(known);
    const { finished } = await created.recover();
    if (!withoutWaiting) await finished;
    created.setCourts(known);
    return created;
  }

  const change = (sessionId: string, changes: Partial<DesiredSession>): void => {
    const session = wanted.get(sessionId);
    if (session === undefined) throw new Error(`expected an open session, found ${sessionId}`);
    wanted.set(sessionId, { ...session, ...changes });
    manager.reconcile([...wanted.values()]);
  };

  const lab: MatchLab = {
    dataDir,
    get manager() {
      return manager;
    },
    async release() {
      await manager.release();
      store.close();
    },
    async takeUp(options) {
      store = openStore(join(dataDir, 'edge.db'));
      manager = await create(options);
      manager.reconcile([...wanted.values()]);
    },
    async restart({ withoutDatabase = false, pauseMs = 0, ...options } = {}) {
      await lab.release();
      if (withoutDatabase)
        for (const end of ['', '-wal', '-shm']) await rm(join(dataDir, `edge.db${end}`), { force: true });
      await clock.sleep(pauseMs);
      await lab.takeUp(options);
    },
    open(courtId, openedAtSeconds = (nextSecond += 1)) {
      const sessionId = `sess_club_${courtId}_${String(openedAtSeconds)}`;
      wanted.set(sessionId, { sessionId, courtId, openDeadlineAt: clock.nowMs() + 60_000 });
      manager.reconcile([...wanted.values()]);
      return sessionId;
    },
    start(sessionId, durationSeconds = 600) {
      const requestedAt = clock.nowMs();
      change(sessionId, {
        recording: { requestedAt, startDeadlineAt: requestedAt + 60_000, durationSeconds },
      });
    },
    stop(sessionId, reason = 'player') {
      const recording = wanted.get(sessionId)?.recording;
      if (recording === undefined) throw new Error('expected a recording to stop');
      change(sessionId, { recording: { ...recording, stop: { requestedAt: clock.nowMs(), reason } } });
    },
    close: (sessionId, reason = 'closed') =>
      change(sessionId, { close: { requestedAt: clock.nowMs(), reason } }),
    forget: (sessionId) => void wanted.delete(sessionId),
    forgetAll() {
      wanted.clear();
      manager.reconcile([]);
    },
    get(sessionId) {
      const match = manager.find(sessionId);
      if (match === undefined) throw new Error(`expected session ${sessionId}`);
      return match;
    },
    async until(what, isSo, timeoutMs = PATIENCE_MS) {
      const deadlineMs = clock.monotonicMs() + timeoutMs;
      while (!isSo()) {
        if (clock.monotonicMs() > deadlineMs) throw new Error(`expected ${what}`);
        await clock.sleep(POLL_MS);
      }
    },
    async reaches(sessionId, state, timeoutMs) {
      await lab.until(
        `${sessionId} to be ${state}`,
        () => [state, 'failed'].includes(manager.find(sessionId)?.report.state ?? ''),
        timeoutMs,
      );
      const { report } = lab.get(sessionId);
      if (report.state !== state) throw new Error(`expected ${state}, found ${JSON.stringify(report)}`);
    },
    async records(sessionId, ms) {
      await lab.reaches(sessionId, 'recording');
      const fromMs = clock.monotonicMs();
      await lab.until('a recording of that length', () => clock.monotonicMs() - fromMs >= ms);
    },
    folder: (sessionId) => join(dataDir, 'videos', 'club', sessionId),
    moviePath: (sessionId) => join(dataDir, 'videos', 'club', `${sessionId}.mp4`),
    async dispose() {
      for (const { sessionId, state } of manager.reports())
        if (state !== 'complete' && state !== 'failed' && wanted.has(sessionId)) lab.close(sessionId);
      await lab.until('all sessions to end', () => !manager.hasOpen());
      manager.setCourts([]);
      await lab.abandon();
    },
    async abandon() {
      await lab.release();
      killAll(findWriters(dataDir));
      await rm(dataDir, { recursive: true, force: true });
      await rm(memoryFolder, { recursive: true, force: true });
    },
  };
  return lab;
}

/**
 * What `ffmpeg -v error -i MOVIE -f null -` complains of when it decodes all of it. By itself FFmpeg counts time in whole frames
 * of the rate it guesses. Behind a gap frames may lie half a frame beside those before it, and a gap makes an average rate
 * lower than the frames'; two of them then get one number, and FFmpeg complains of its own counting. Such a movie is named, and
 * decoded again in its own ticks; another one has no such excuse, and no other complaint has one.
 */
export async function decodeComplaints(path: string): Promise<string> {
  return (await decodeExcused(path)).complaints;
}

async function decodeExcused(path: string): Promise<{ complaints: string; excuses: number }> {
  const decode = async (time: readonly string[]): Promise<string> =>
    (await run(TEST_FFMPEG, ['-v', 'error', '-i', path, ...time, '-f', 'null', '-'])).stderr;
  const complaints = await decode([]);
  const isItsCounting = complaints.split('\n').every((line) => OWN_COUNTING.test(line));
  if (complaints === '' || !isItsCounting || !(await hasGap(path))) return { complaints, excuses: 0 };
  process.stdout.write(`FFmpeg counts ${path} in whole frames: ${complaints.split('\n')[0] ?? ''}\n`);
  return { complaints: await decode(['-fps_mode', 'passthrough', '-enc_time_base', '1:90000']), excuses: 1 };
}

/** Whether a frame of it lasts longer than any that a camera takes. */
async function hasGap(path: string): Promise<boolean> {
  // Of reordered frames FFmpeg 5.1 tells no durations.
  const entries = ['-select_streams', 'v', '-show_entries', 'packet=dts_time', '-of', 'csv=p=0'];
  const { stdout } = await run('ffprobe', ['-v', 'error', ...entries, path], { maxBuffer: 1e8 });
  const seconds = stdout.trim().split('\n').map(Number);
  return seconds.some((at, index) => at - (seconds[index - 1] ?? at) > GAP_SECONDS);
}

export interface InspectedMovie extends FrameFaults {
  frames: number;
  complaints: string;
  /** How often FFmpeg complained of its own counting and was not heeded. */
  excuses: number;
  numbers: number[];
}

/** Every frame of it, and what FFmpeg, mp4box and mediabunny find wrong with its pictures and its sound. */
export async function inspectMovie(path: string, clip: { frames: number }): Promise<InspectedMovie> {
  const { numbers, complaints: found } = await decodeMovie(path, { ffmpegPath: TEST_FFMPEG, clip });
  const decoding = found === '' ? { complaints: '', excuses: 0 } : await decodeExcused(path);
  const complaints = `${decoding.complaints}${await findDisagreement(path, numbers.length)}`;
  const { excuses } = decoding;
  return { ...countFrameFaults(numbers), frames: numbers.length, complaints, excuses, numbers };
}
