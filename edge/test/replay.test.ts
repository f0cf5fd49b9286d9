import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock as clock } from '../src/base/clock.ts';
import { createLanApi, openLanServer } from '../src/lan/lan-api.ts';
import type { LanServer } from '../src/lan/lan-api.ts';
import type { Simulator } from '../src/simulate/simulator.ts';
import { findFastest } from './support/fastest.ts';
import { tellFigures } from './support/figures.ts';
import { measureLateness } from './support/machine-lateness.ts';
import type { MachineLateness } from './support/machine-lateness.ts';
import { inspectMovie, openMatchLab } from './support/match-lab.ts';
import type { MatchLab } from './support/match-lab.ts';
import { SMALL_CLIP, startTestCourts } from './support/test-courts.ts';

const WHOLE = { missing: 0, repeated: 0, reordered: 0, unreadable: 0, complaints: '' };
const PROMISED_MS = 300;
let simulator: Simulator;
let lab: MatchLab;
let lan: LanServer;
let lateness: MachineLateness;

beforeAll(async () => {
  lateness = await measureLateness();
  simulator = await startTestCourts([{ kind: 'rtsp' }, { kind: 'rtsp' }], SMALL_CLIP);
  lab = await openMatchLab(simulator.courts);
  lan = await openLanServer(createLanApi({ sessions: lab.manager, health: () => ({}) }), 0);
});

afterAll(async () => {
  await lan.close();
  await lab.dispose();
  await simulator.close();
  await lateness.close();
});

async function fetchClip(path: string): Promise<{ status: number; bytes: Buffer; ms: number }> {
  const beganMs = performance.now();
  const answer = await fetch(`http://127.0.0.1:${String(lan.port)}/api/sessions/${path}`);
  const bytes = Buffer.from(await answer.arrayBuffer());
  return { status: answer.status, bytes, ms: performance.now() - beganMs };
}

const fetchFastest = (path: string): ReturnType<typeof fetchClip> =>
  findFastest(() => fetchClip(path), { promisedMs: PROMISED_MS, mostTries: 5 });

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
    // A keyframe comes every two seconds, and what is on disk is up to a fragment behind.
    const lateMs = lateness.allowanceMs();
    expect(startedMs - (first?.sentAtMs ?? 0)).toBeLessThan(10_000 + 800 + lateMs);
    expect(startedMs - (first?.sentAtMs ?? 0)).toBeGreaterThan(8_000 - lateMs);
    const played = lab.get(sessionId).report.recording?.movie?.durationMs ?? 0;
    expect(played).toBeGreaterThan(2_000 + 8_000);
    expect(played).toBeLessThan(clock.monotonicMs() - startedMs + 10_800 + lateMs);
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
