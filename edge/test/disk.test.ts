/** Full and missing disks, and a machine that encodes no more courts, with real cameras and a disk of 40 MB. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReportedSession } from '@padelvar/shared/link';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock as clock } from '../src/base/clock.ts';
import { silentLogger } from '../src/base/log.ts';
import { openMachine } from '../src/health/open-machine.ts';
import type { OpenMachine, OpenMachineOptions } from '../src/health/open-machine.ts';
import { createDelivery } from '../src/delivery.ts';
import type { Simulator } from '../src/simulate/simulator.ts';
import { openStore } from '../src/store/database.ts';
import { createSessionStore } from '../src/store/sessions.ts';
import { createUploadStore } from '../src/store/uploads.ts';
import { tellFigures } from './support/figures.ts';
import { leaveMovie } from './support/leave-movies.ts';
import { createManualClock } from './support/manual-clock.ts';
import { decodeComplaints, inspectMovie, openMatchLab } from './support/match-lab.ts';
import type { MatchLab } from './support/match-lab.ts';
import { findDisagreement } from './support/movie-checkers.ts';
import { findWriters } from './support/process-census.ts';
import { openSmallDisk } from './support/small-disk.ts';
import type { SmallDisk } from './support/small-disk.ts';
import { SMALL_CLIP, startTestCourts } from './support/test-courts.ts';

const MIB = 1024 * 1024;
/** Of the ballast that is kept for one court of these tests. */
const BALLAST_BYTES = 4 * MIB;
/** Carries some courts of this size, never all sixteen. */
const CORES_OF_SMALL_MACHINE = 0.3;
/** A page, and what FFmpeg could not write a whole buffer of. */
const LAST_BYTES = 32_768;
const LIMITS = { fullBytes: 256 * 1024, resumeBytes: 6 * MIB, releaseAfterMs: 500, quietBytes: 16 * 1024 };

let simulator: Simulator;

beforeAll(async () => {
  const kinds = ['rtsp', 'rtsp', 'rtsp', 'rtsp', 'rtsp', 'rtsp', 'mjpeg', 'mjpeg'] as const;
  simulator = await startTestCourts(
    kinds.map((kind) => ({ kind })),
    SMALL_CLIP,
  );
});

/** What a test that fails leaves mounted. */
const disks: SmallDisk[] = [];

async function mountDisk(): Promise<SmallDisk> {
  const disk = await openSmallDisk(40);
  disks.push(disk);
  return disk;
}

afterAll(async () => {
  await simulator.close();
  for (const disk of disks) await disk.close();
});

interface DiskLab {
  lab: MatchLab;
  machine: OpenMachine;
  ballastPath: string;
  close: () => Promise<void>;
}

async function openDiskLab(
  dataDir: string,
  courts: readonly number[],
  options: Partial<OpenMachineOptions> = {},
): Promise<DiskLab> {
  const opened: { lab?: MatchLab } = {};
  const machine = await openMachine({
    ...{ dataDir, clock, log: silentLogger, identityFolder: join(dataDir, 'identity') },
    ...{ encodingCourts: undefined, courts: () => 1 },
    sessions: () => opened.lab?.manager.reports() ?? [],
    encoding: () => opened.lab?.manager.encoding() ?? [],
    ...options,
  });
  const addresses = courts.map((number) => simulator.courts[number - 1]?.address ?? '');
  const lab = await openMatchLab(addresses, { dataDir, machine: machine.machine });
  opened.lab = lab;
  const close = async (): Promise<void> => {
    await lab.dispose();
    await machine.close();
  };
  return { lab, machine, ballastPath: join(dataDir, 'videos', 'ballast.bin'), close };
}

/** What the database has of a session, as a daemon reads it that starts now. */
function readStored(lab: MatchLab, sessionId: string): ReportedSession | undefined {
  const store = openStore(join(lab.dataDir, 'edge.db'));
  try {
    const sessions = createSessionStore(store).list(10);
    return sessions.find(({ report }) => report.sessionId === sessionId)?.report;
  } finally {
    store.close();
  }
}

const complaintsOf = async (path: string): Promise<string> =>
  `${await decodeComplaints(path)}${await findDisagreement(path)}`;

describe.concurrent('on a disk of 40 MB', () => {
  /** Starts are admitted as if the disk were large; all else sees it as it is. */
  async function recordOnSmallDisk(court: number): Promise<DiskLab & { disk: SmallDisk; sessionId: string }> {
    const disk = await mountDisk();
    let isLarge = true;
    const opened = await openDiskLab(join(disk.folder, 'data'), [court], {
      disk: {
        limits: LIMITS,
        bytesPerCourt: BALLAST_BYTES,
        readFreeBytes: async () => (isLarge ? 1e12 : disk.freeBytes()),
      },
    });
    const sessionId = opened.lab.open('c1');
    await opened.lab.reaches(sessionId, 'created');
    opened.lab.start(sessionId);
    await opened.lab.records(sessionId, 1_500);
    isLarge = false;
    const close = async (): Promise<void> => {
      await opened.close();
      await disk.close();
    };
    return { ...opened, disk, sessionId, close };
  }

  test('a recording goes on when room returns, and declares what the disk did not take [obs-source-record 84]', async () => {
    const { lab, machine, disk, ballastPath, sessionId, close } = await recordOnSmallDisk(1);
    await disk.fill(500_000);
    await lab.until('a full disk', () => machine.facts().diskFull);
    await lab.until('the ballast to be given up', () => !existsSync(ballastPath));
    expect(lab.get(sessionId).report.state).toBe('recording');
    await disk.empty();
    await lab.until('room', () => !machine.facts().diskFull);
    await lab.until('the recording to go on', () => lab.get(sessionId).report.recording?.gaps.length === 1);
    expect(existsSync(ballastPath)).toBe(true);
    await lab.records(sessionId, 1_500);
    lab.stop(sessionId);
    await lab.reaches(sessionId, 'complete');
    await lab.until('the final file', () => existsSync(lab.moviePath(sessionId)));
    const movie = await inspectMovie(lab.moviePath(sessionId), simulator.clip);
    expect(lab.get(sessionId).report.recording?.gaps).toMatchObject([{ reason: 'disk_full' }]);
    expect(movie).toMatchObject({ repeated: 0, reordered: 0, unreadable: 0, complaints: '' });
    await close();
  });

  test('a recording is not ended while a byte is left, and plays when it is stopped on the full disk', async () => {
    const { lab, machine, disk, ballastPath, sessionId, close } = await recordOnSmallDisk(2);
    await disk.fill(500_000);
    const filledMs = clock.monotonicMs();
    await lab.until('its FFmpeg to end', () => findWriters(lab.folder(sessionId)).length === 0);
    const [freeBytes, writtenMs] = [await disk.freeBytes(), clock.monotonicMs() - filledMs];
    expect(existsSync(ballastPath)).toBe(true);
    expect(freeBytes).toBeLessThan(LAST_BYTES);
    await lab.until('a full disk', () => machine.facts().diskFull);
    await lab.until('the ballast to be given up', () => !existsSync(ballastPath));
    lab.stop(sessionId);
    await lab.reaches(sessionId, 'complete');
    await lab.until('the final file', () => existsSync(lab.moviePath(sessionId)));
    expect(await complaintsOf(lab.moviePath(sessionId))).toBe('');
    const { recording } = lab.get(sessionId).report;
    expect(recording?.gaps).toMatchObject([{ toMs: recording?.movie?.durationMs, reason: 'disk_full' }]);
    const durationMs = recording?.movie?.durationMs ?? 0;
    expect(durationMs).toBeGreaterThan(2_000);
    expect(machine.facts().diskFull).toBe(true);
    expect(readStored(lab, sessionId)).toMatchObject({ state: 'complete', reason: 'player' });
    tellFigures('a full disk', { freeBytes, writtenMs, durationMs });
    await close();
  });

  test('an index that finds no room at all is written when there is some, by the same daemon', async () => {
    const { lab, machine, disk, ballastPath, sessionId, close } = await recordOnSmallDisk(3);
    await disk.fill(500_000);
    await lab.until('the ballast to be given up', () => machine.facts().diskFull && !existsSync(ballastPath));
    await disk.fill(0);
    lab.stop(sessionId);
    await lab.until('the stop', () => lab.get(sessionId).report.state === 'stopping');
    await clock.sleep(1_500);
    expect(lab.get(sessionId).report.state).toBe('stopping');
    await disk.empty();
    await lab.reaches(sessionId, 'complete');
    await lab.until('the final file', () => existsSync(lab.moviePath(sessionId)));
    expect(await complaintsOf(lab.moviePath(sessionId))).toBe('');
    expect(lab.get(sessionId).report).toMatchObject({ reason: 'player' });
    await close();
  });

  test('what an earlier daemon could not finish on a full disk is finished when there is room', async () => {
    const { lab, machine, disk, ballastPath, sessionId, close } = await recordOnSmallDisk(4);
    await disk.fill(500_000);
    await lab.until('the ballast to be given up', () => machine.facts().diskFull && !existsSync(ballastPath));
    // Enough for the stop mark, and not for the index.
    await disk.fill(100_000);
    lab.stop(sessionId);
    await lab.until('the stop', () => lab.get(sessionId).report.state === 'stopping');
    await lab.restart();
    expect(['recording', 'stopping']).toContain(lab.get(sessionId).report.state);
    await disk.empty();
    await lab.reaches(sessionId, 'complete');
    expect(await complaintsOf(lab.moviePath(sessionId))).toBe('');
    await close();
  });

  test('a start is refused with the minutes that would fit', async () => {
    const disk = await mountDisk();
    const opened = await openDiskLab(join(disk.folder, 'data'), [5], {
      disk: { limits: LIMITS, bytesPerCourt: BALLAST_BYTES },
    });
    const sessionId = opened.lab.open('c1');
    await opened.lab.reaches(sessionId, 'created');
    opened.lab.start(sessionId, 5_400);
    await opened.lab.until('an end', () => opened.lab.get(sessionId).report.state === 'failed');
    expect(opened.lab.get(sessionId).report).toMatchObject({
      reason: 'disk_full',
      detail: 'Expected room for at least 15 minutes of recording, found room for 0.',
    });
    await opened.close();
    await disk.close();
  });
});

test('room on a small disk is made of what the portal has, the oldest first, and never of what it has not', async () => {
  const disk = await mountDisk();
  const dataDir = join(disk.folder, 'data');
  const [waiting, older, newer] = [0, 1, 2].map((match) => `sess_club_c1_${String(1_700_000_000 + match)}`);
  const played = [waiting, older, newer].map((sessionId) => sessionId ?? '');
  for (const sessionId of played) await leaveMovie(dataDir, sessionId, 4 * MIB);
  const lab = await openMatchLab([], { dataDir });
  const time = createManualClock();
  const store = openStore(':memory:');
  const uploads = createUploadStore(store);
  for (const [index, sessionId] of played.slice(1).entries())
    uploads.save(sessionId, {
      ...{ uploadId: sessionId, payloadOffset: 0, parts: [], confirmed: true, sideFiles: [] },
      confirmedAtMs: time.nowMs() - 60_000 + index,
    });
  const removed: string[] = [];
  const delivery = createDelivery({
    ...{ dataDir, ffmpegPath: '/bin/false', store, clock: time, log: silentLogger, sessions: lab.manager },
    client: { origin: 'http://127.0.0.1:9', request: () => Promise.reject(new Error('out of reach')) },
    ...{ settings: () => undefined, courts: () => 1, onRemoved: (sessionId) => void removed.push(sessionId) },
  });
  const left = (): string[] => played.filter((sessionId) => existsSync(lab.moviePath(sessionId)));
  const lookAgain = async (): Promise<string[]> => {
    await time.advance(60_000);
    return removed;
  };

  // A quarter of a disk of 40 MiB is kept free: one copy of 4 MiB is what there lacks.
  await disk.fill(12 * MIB);
  await lookAgain();
  expect(left()).toEqual(played);
  await disk.fill(8 * MIB);
  await expect.poll(lookAgain).toEqual([older]);
  await lookAgain();
  expect(left()).toEqual([waiting, newer]);
  await disk.fill(MIB);
  await expect.poll(lookAgain).toEqual([older, newer]);
  await lookAgain();
  expect(left()).toEqual([waiting]);
  await delivery.close();
  await lab.dispose();
  store.close();
  await disk.close();
});

test('nothing is recorded while the folder for videos is not the one of this device [frigate docs]', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'padelvar-media-'));
  const { lab, machine, close } = await openDiskLab(dataDir, [6]);
  const [videos, away] = [join(dataDir, 'videos'), join(dataDir, 'away')];
  await rename(videos, away);
  await mkdir(videos);
  const refused = lab.open('c1');
  await lab.until('an end', () => lab.get(refused).report.state === 'failed');
  expect(lab.get(refused).report).toMatchObject({ reason: 'media_missing' });
  expect(existsSync(lab.folder(refused))).toBe(false);
  expect(machine.facts()).toMatchObject({ media: 'missing' });

  await rm(videos, { recursive: true });
  await rename(away, videos);
  const opened = lab.open('c1');
  await lab.reaches(opened, 'created');
  await rename(videos, away);
  await putStrangersFolder(videos);
  lab.start(opened);
  await lab.until('an end', () => lab.get(opened).report.state === 'failed');
  expect(lab.get(opened).report).toMatchObject({ reason: 'media_missing' });
  expect(machine.facts()).toMatchObject({ media: 'replaced' });
  await rm(away, { recursive: true });
  await close();
});

test('a match whose folder goes away goes on when it is back, and its end waits for it', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'padelvar-media-'));
  const { lab, machine, close } = await openDiskLab(dataDir, [6]);
  const [videos, away] = [join(dataDir, 'videos'), join(dataDir, 'away')];
  const sessionId = lab.open('c1');
  await lab.reaches(sessionId, 'created');
  lab.start(sessionId);
  await lab.records(sessionId, 1_500);

  await rename(videos, away);
  const { process: ffmpeg } = JSON.parse(
    await readFile(join(away, 'club', sessionId, 'part-1.json'), 'utf8'),
  ) as { process: { pid: number } };
  process.kill(ffmpeg.pid, 'SIGKILL');
  await lab.until('nothing to grow', () => lab.get(sessionId).report.recording?.growing === false);
  expect(lab.get(sessionId).report.state).toBe('recording');
  expect(machine.facts()).toMatchObject({ media: 'missing' });
  expect(existsSync(videos)).toBe(false);
  await rename(away, videos);
  await lab.until('the recording to go on', () => lab.get(sessionId).report.recording?.gaps.length === 1);
  await lab.records(sessionId, 1_500);

  await rename(videos, away);
  const { elapsedMs } = lab.get(sessionId).report.recording ?? {};
  lab.stop(sessionId);
  await lab.until('the stop', () => lab.get(sessionId).report.state === 'stopping');
  await clock.sleep(2_500);
  expect(lab.get(sessionId).report.state).toBe('stopping');
  expect(existsSync(videos)).toBe(false);
  await rename(away, videos);
  await lab.reaches(sessionId, 'complete');
  await lab.until('the final file', () => existsSync(lab.moviePath(sessionId)));
  const movie = await inspectMovie(lab.moviePath(sessionId), simulator.clip);
  expect(movie).toMatchObject({ repeated: 0, reordered: 0, unreadable: 0, complaints: '' });
  const { recording, reason } = lab.get(sessionId).report;
  expect(reason).toBe('player');
  expect(recording?.gaps).toHaveLength(1);
  expect(Math.abs((recording?.movie?.durationMs ?? 0) - (elapsedMs ?? 0))).toBeLessThan(2_000);
  await close();
});

/** Another device's folder. */
async function putStrangersFolder(videos: string): Promise<void> {
  const other = await mkdtemp(join(tmpdir(), 'padelvar-media-'));
  const machine = await openMachine({
    ...{ dataDir: other, clock, log: silentLogger, identityFolder: join(other, 'identity') },
    ...{ encodingCourts: undefined, courts: () => 1, sessions: () => [], encoding: () => [] },
  });
  await machine.close();
  await rename(join(other, 'videos'), videos);
  await rm(other, { recursive: true });
}

test('one more court that has to be encoded is refused with that reason', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'padelvar-encoder-'));
  const { lab, close } = await openDiskLab(dataDir, [7, 8], { encodingCourts: 1 });
  const [first, second] = [lab.open('c1'), lab.open('c2')];
  await Promise.all([lab.reaches(first, 'created'), lab.reaches(second, 'created')]);
  lab.start(first);
  lab.start(second);
  const states = (): (string | undefined)[] => [first, second].map((id) => lab.get(id).report.state);
  await lab.until('one to be refused', () => states().includes('failed') && states().includes('recording'));
  const refused = [first, second].find((id) => lab.get(id).report.state === 'failed') ?? '';
  expect(lab.get(refused).report).toMatchObject({
    reason: 'encoder_full',
    detail: 'Expected room to encode one more court, found 1 running (set to carry 1).',
  });
  await close();
});

test('as many courts are encoded as the processor is seen to carry, and one more is refused with the figures', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'padelvar-encoders-'));
  const share = 0.9 * CORES_OF_SMALL_MACHINE;
  const cameras = Array.from({ length: 16 }, (_, index) => 7 + (index % 2));
  const { lab, close } = await openDiskLab(dataDir, cameras, { cores: CORES_OF_SMALL_MACHINE });
  const sessions = cameras.map((_, index) => lab.open(`c${String(index + 1)}`));
  await Promise.all(sessions.map((id) => lab.reaches(id, 'created')));
  const running = (): string[] => sessions.filter((id) => lab.get(id).report.state === 'recording');
  const refused = (): string[] => sessions.filter((id) => lab.get(id).report.state === 'failed');

  lab.start(sessions[0] ?? '');
  await lab.until('one to be seen for some seconds', () =>
    lab.manager.encoding().some(({ pictureSeconds }) => pictureSeconds >= 6),
  );
  for (const id of sessions.slice(1)) lab.start(id);
  await lab.until(
    'each to be recorded or refused',
    () => running().length + refused().length === sessions.length,
  );
  expect(refused()).not.toHaveLength(0);
  for (const id of refused()) {
    const { reason, detail = '' } = lab.get(id).report;
    expect(reason).toBe('encoder_full');
    const [taken = NaN, needed = NaN, there = NaN] = (detail.match(/\d+\.\d+/g) ?? []).map(Number);
    expect(taken + needed).toBeGreaterThan(share - 0.02);
    expect(there).toBeCloseTo(share, 1);
    // By what one was seen to take, not by what a court counts with until then.
    expect(Math.abs(taken / needed - running().length)).toBeLessThan(0.5 * running().length);
  }
  tellFigures('courts encoded by a machine of 0.3 cores', { courts: running().length });
  await close();
});
