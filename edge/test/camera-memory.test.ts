/** What a camera turned out to be is remembered from one session to the next. */
import { existsSync } from 'node:fs';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock as clock } from '../src/base/clock.ts';
import { createCameraMemory } from '../src/session/camera-memory.ts';
import type { CourtOptions, SimulatedCourt } from '../src/simulate/court.ts';
import type { Simulator } from '../src/simulate/simulator.ts';
import { inspectMovie, openMatchLab } from './support/match-lab.ts';
import type { MatchLab } from './support/match-lab.ts';
import { SMALL_CLIP, startTestCourts } from './support/test-courts.ts';

const LOCKED = { user: 'admin', password: 'canary-pass', authentication: ['basic'] } as const;
const COURTS: CourtOptions[] = [
  { kind: 'rtsp', ...LOCKED },
  { kind: 'rtsp', ...LOCKED, parameterSetsInSdp: false },
  { kind: 'rtsp', otherStream: { codec: 'hevc' } },
  { kind: 'rtsp', ...LOCKED },
  { kind: 'mjpeg' },
];

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startTestCourts(COURTS, SMALL_CLIP);
});
afterAll(() => simulator.close());

async function withCourt(
  number: number,
  use: (lab: MatchLab, court: SimulatedCourt) => Promise<void>,
): Promise<void> {
  const court = simulator.courts[number];
  if (court === undefined) throw new Error('expected a court');
  const lab = await openMatchLab([court]);
  try {
    await use(lab, court);
  } finally {
    await lab.dispose();
  }
}

async function visit(lab: MatchLab): Promise<number> {
  const fromMs = clock.monotonicMs();
  const sessionId = lab.open('c1');
  await lab.reaches(sessionId, 'created');
  const tookMs = clock.monotonicMs() - fromMs;
  lab.close(sessionId);
  await lab.reaches(sessionId, 'complete');
  return tookMs;
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

test.concurrent('the second session on a court asks its camera nothing, and no file knows its address', () =>
  withCourt(0, async (lab, court) => {
    await visit(lab);
    const described = court.answers('DESCRIBE', 200);
    expect(described).toBe(2);
    await visit(lab);
    // FFmpeg alone.
    expect(court.answers('DESCRIBE', 200)).toBe(described + 1);
    await lab.restart();
    await visit(lab);
    expect(court.answers('DESCRIBE', 200)).toBe(described + 2);
    const files = await listFiles(lab.dataDir);
    expect(files.filter((path) => path.includes(`${lab.dataDir}/cameras/`))).toHaveLength(2);
    for (const path of files) {
      const text = await readFile(path, 'latin1');
      for (const secret of ['canary-pass', `:${String(court.port)}`]) expect(text).not.toContain(secret);
    }
  }),
);

test.concurrent('a camera that is not what it was is asked again, and the session opens all the same', () =>
  withCourt(1, async (lab, court) => {
    await visit(lab);
    const cameras = join(lab.dataDir, 'cameras');
    const [name = ''] = (await readdir(cameras)).filter((file) => file.endsWith('.json'));
    const path = join(cameras, name);
    const known = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    expect(known['hasParameterSets']).toBe(false);
    await writeFile(path, JSON.stringify({ ...known, hasParameterSets: true }));
    await visit(lab);
    expect(await createCameraMemory(cameras, clock).find(court.address)).toMatchObject(known);
  }),
);

test.concurrent('a camera that was set to another codec between two matches is recorded in it', () =>
  withCourt(2, async (lab, court) => {
    await visit(lab);
    await court.setFault({ fault: 'codec' });
    const sessionId = lab.open('c1');
    await lab.reaches(sessionId, 'created');
    lab.start(sessionId);
    await lab.records(sessionId, 1_500);
    lab.stop(sessionId);
    await lab.reaches(sessionId, 'complete');
    await lab.until('the final file', () => existsSync(lab.moviePath(sessionId)));
    expect(lab.get(sessionId).report.recording?.movie?.codec).toBe('hvc1');
    const movie = await inspectMovie(lab.moviePath(sessionId), simulator.clip);
    expect(movie).toMatchObject({ missing: 0, complaints: '' });
  }),
);

test.concurrent('a remembered camera that can’t be used says why', () =>
  withCourt(3, async (lab, court) => {
    await visit(lab);
    for (const [fault, reason] of [
      ['wrong-password', 'camera_unauthorized'],
      ['refuse', 'camera_unreachable'],
    ] as const) {
      await court.setFault({ fault });
      const sessionId = lab.open('c1');
      await lab.until('an end', () => lab.get(sessionId).report.state === 'failed');
      expect(lab.get(sessionId).report.reason).toBe(reason);
    }
  }),
);

test.concurrent('an MJPEG camera is connected to once where it is remembered', () =>
  withCourt(4, async (lab) => {
    const [first, second] = [await visit(lab), await visit(lab)];
    process.stdout.write(`MJPEG court open after ${first.toFixed(0)} ms, then ${second.toFixed(0)} ms\n`);
    expect(await readdir(join(lab.dataDir, 'cameras'))).toHaveLength(2);
  }),
);
