import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatSessionId } from '@padelvar/shared/ids';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeLongPart } from '../../scripts/benchmarks/long-part.ts';
import { readBootId } from '../src/base/child-process.ts';
import { systemClock as clock } from '../src/base/clock.ts';
import type { Clock } from '../src/base/clock.ts';
import { createPartRecord, partPath, savePartRecord } from '../src/ingest/part.ts';
import { createLanApi, openLanServer } from '../src/lan/lan-api.ts';
import type { LanServer } from '../src/lan/lan-api.ts';
import { createRecordingFolder, recordingPaths, saveRecord } from '../src/recording/folder.ts';
import type { Simulator } from '../src/simulate/simulator.ts';
import { findFastest } from './support/fastest.ts';
import { isLongRun, tellFigures } from './support/figures.ts';
import { measureLateness } from './support/machine-lateness.ts';
import type { MachineLateness } from './support/machine-lateness.ts';
import { inspectMovie, openMatchLab } from './support/match-lab.ts';
import type { MatchLab } from './support/match-lab.ts';
import { SMALL_CLIP, startTestCourts, TEST_FFMPEG } from './support/test-courts.ts';

const WHOLE = { missing: 0, repeated: 0, reordered: 0, unreadable: 0, complaints: '' };
const PROMISED_MS = 300;
const LAST_SECONDS = 60;
/** What is on disk is behind the camera by a fragment, and what FFmpeg holds back until the next: 0.6 to 1.0 s on busy cores. */
const BEHIND_MS = 1_000;
/** How long the match has been running in whose middle its last minute is asked for. */
const LONG_SECONDS = (isLongRun ? 90 : 3) * 60;
/** A machine that has been up for longer than that match. */
const LATER: Clock = { ...clock, monotonicMs: () => clock.monotonicMs() + 4 * 3_600_000 };
let simulator: Simulator;
let lab: MatchLab;
let lan: LanServer;
let lateness: MachineLateness;

beforeAll(async () => {
  lateness = await measureLateness();
  simulator = await startTestCourts([{ kind: 'rtsp' }, { kind: 'rtsp' }, { kind: 'rtsp' }], SMALL_CLIP);
  lab = await openMatchLab(simulator.courts.slice(0, 2));
  lan = await openLanServer(createLanApi({ sessions: lab.manager, health: () => ({}) }), 0);
});

afterAll(async () => {
  await lan.close();
  await lab.dispose();
  await simulator.close();
  await lateness.close();
});

async function fetchClip(
  path: string,
  port = lan.port,
): Promise<{ status: number; bytes: Buffer; ms: number }> {
  const beganMs = performance.now();
  const answer = await fetch(`http://127.0.0.1:${String(port)}/api/sessions/${path}`);
  const bytes = Buffer.from(await answer.arrayBuffer());
  return { status: answer.status, bytes, ms: performance.now() - beganMs };
}

const fetchFastest = (path: string, port?: number): ReturnType<typeof fetchClip> =>
  findFastest(() => fetchClip(path, port), { promisedMs: PROMISED_MS, mostTries: 5 });

async function inspectClip(bytes: Buffer): ReturnType<typeof inspectMovie> {
  const path = join(lab.dataDir, 'clip.mp4');
  await writeFile(path, bytes);
  return inspectMovie(path, simulator.clip);
}

test.concurrent(
  'a recording begins up to ten seconds before its start, with a keyframe, and nothing older stays',
  async () => {
    const sessionId = lab.open('c1');
    await lab.reaches(sessionId, 'created');
    await new Promise((resolve) => setTimeout(resolve, 16_000));
    const { trimmedTo } = JSON.parse(await readFile(join(lab.folder(sessionId), 'part-1.json'), 'utf8')) as {
      trimmedTo: number;
    };
    const givenUp = (await readFile(join(lab.folder(sessionId), 'part-1.mp4'))).subarray(4_096, trimmedTo);
    expect(givenUp.byteLength).toBeGreaterThan(100_000);
    expect(givenUp.every((byte) => byte === 0)).toBe(true);
    const startedMs = clock.monotonicMs();
    lab.start(sessionId);
    await lab.records(sessionId, 2_000);
    lab.stop(sessionId);
    await lab.reaches(sessionId, 'complete');
    await lab.until('the final file', () => existsSync(lab.moviePath(sessionId)));
    const movie = await inspectMovie(lab.moviePath(sessionId), simulator.clip);
    expect(movie).toMatchObject(WHOLE);
    const sent = simulator.courts[0]?.framesSent() ?? [];
    const first = sent.findLast(
      ({ number, sentAtMs }) => number === movie.numbers[0] && sentAtMs < startedMs,
    );
    // A keyframe comes every two seconds.
    const lateMs = lateness.allowanceMs();
    expect(startedMs - (first?.sentAtMs ?? 0)).toBeLessThan(10_000 + BEHIND_MS + lateMs);
    expect(startedMs - (first?.sentAtMs ?? 0)).toBeGreaterThan(8_000 - lateMs);
    const played = lab.get(sessionId).report.recording?.movie?.durationMs ?? 0;
    expect(played).toBeGreaterThan(2_000 + 8_000);
    expect(played).toBeLessThan(clock.monotonicMs() - startedMs + 10_000 + BEHIND_MS + lateMs);
  },
);

test.concurrent(
  'the last seconds of a running recording and any piece of it are movies by themselves',
  async () => {
    const sessionId = lab.open('c2');
    await lab.reaches(sessionId, 'created');
    lab.start(sessionId);
    await lab.records(sessionId, 9_000);
    const replay = await fetchFastest(`${sessionId}/replay?seconds=5`);
    expect(replay.status).toBe(200);
    const seen = await inspectClip(replay.bytes);
    expect(seen).toMatchObject(WHOLE);
    expect(seen.frames).toBe(125);
    const longest = await fetchFastest(`${sessionId}/replay?seconds=60`);
    expect(longest.status).toBe(200);
    tellFigures('replay of a running recording', { ms5s: replay.ms, msAll: longest.ms });
    for (const { ms } of [replay, longest]) expect(ms).toBeLessThan(PROMISED_MS);

    const piece = await fetchClip(`${sessionId}/clip?from=1000&to=4000`);
    const shown = await inspectClip(piece.bytes);
    expect(shown).toMatchObject(WHOLE);
    expect(shown.frames).toBe(75);

    lab.stop(sessionId);
    await lab.reaches(sessionId, 'complete');
    await lab.until('the final file', () => existsSync(lab.moviePath(sessionId)));
    const again = await fetchClip(`${sessionId}/clip?from=1000&to=4000`);
    expect(again.bytes.equals(piece.bytes)).toBe(true);
    const whole = await inspectMovie(lab.moviePath(sessionId), simulator.clip);
    expect(shown.numbers[0]).toBe((whole.numbers[0] ?? 0) + 25);
    expect((await fetchClip(`${sessionId}/clip?from=900000&to=901000`)).status).toBe(400);
    expect((await fetchClip(`${sessionId}/clip?from=5&to=5`)).status).toBe(400);
    for (const seconds of ['4', '61'])
      expect((await fetchClip(`${sessionId}/replay?seconds=${seconds}`)).status).toBe(400);
    expect((await fetchClip('sess_club_c2_1600000000/replay')).status).toBe(404);
  },
);

/** A match as it is when a new daemon takes it up: a long part whose pictures nobody reads, and one of the last minute and more. */
async function leaveLongMatch(dataDir: string): Promise<string> {
  const ids = { clubId: 'club', courtId: 'c1' };
  const sessionId = formatSessionId({ ...ids, openedAtSeconds: 1_690_000_000 });
  const paths = recordingPaths(dataDir, ids.clubId, sessionId);
  await createRecordingFolder(paths);
  const lengths = [LONG_SECONDS - LAST_SECONDS, LAST_SECONDS + 20];
  for (const [index, seconds] of lengths.entries()) {
    const made = join(dataDir, 'made');
    const { path } = await makeLongPart(
      made,
      simulator.clip,
      TEST_FFMPEG,
      seconds,
      index === 0 ? 'hole' : 'real',
    );
    await rename(path, partPath(paths.folder, index + 1));
  }
  // Now that they are made, however long that took: they end here.
  const startedMs = LATER.monotonicMs() - (LONG_SECONDS + 20) * 1000;
  const wallMsOf = (monotonicMs: number): number => LATER.nowMs() - LATER.monotonicMs() + monotonicMs;
  let beganMs = startedMs;
  for (const [index, seconds] of lengths.entries()) {
    const number = index + 1;
    const at = { beganMonotonicMs: beganMs, beganAtMs: wallMsOf(beganMs) };
    const nobody = { bootId: readBootId(), pid: 0, startTicks: 0 };
    await savePartRecord(paths.folder, { ...createPartRecord(number, nobody), ...at });
    beganMs += seconds * 1000;
  }
  await saveRecord(paths.folder, 'start.json', {
    ...{ ...ids, sessionId, part: 1, offset: 0, bootId: readBootId(), durationSeconds: 4 * 3600 },
    ...{ startedMonotonicMs: startedMs, startedAtMs: wallMsOf(startedMs) },
  });
  return sessionId;
}

test('the last minute of a match that has been running for long is there as fast', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'padelvar-long-match-'));
  const sessionId = await leaveLongMatch(dataDir);
  const own = await openMatchLab(simulator.courts.slice(2), { dataDir, clock: LATER });
  const server = await openLanServer(createLanApi({ sessions: own.manager, health: () => ({}) }), 0);
  try {
    await own.until('it to go on', () => own.get(sessionId).report.recording?.growing === true);
    const { elapsedMs = 0 } = own.get(sessionId).report.recording ?? {};
    expect(elapsedMs).toBeGreaterThan(LONG_SECONDS * 1000);
    const replay = await fetchFastest(`${sessionId}/replay?seconds=${String(LAST_SECONDS)}`, server.port);
    expect(replay.status).toBe(200);
    tellFigures('replay of a long match', {
      minutes: LONG_SECONDS / 60,
      ms: replay.ms,
      bytes: replay.bytes.length,
    });
    expect(replay.ms).toBeLessThan(PROMISED_MS);
    const { complaints, reordered, unreadable, frames } = await inspectClip(replay.bytes);
    expect({ complaints, reordered, unreadable }).toEqual({ complaints: '', reordered: 0, unreadable: 0 });
    expect(frames).toBeGreaterThan((LAST_SECONDS - 10) * 25);
  } finally {
    await server.close();
    await own.abandon();
  }
});
