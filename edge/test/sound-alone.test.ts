/** FFmpeg ends a part with a fragment of sound alone where a camera goes away: it has no picture to say when it was. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FragmentIndex } from '@padelvar/shared/side-files';
import { saveRecord } from '../src/recording/folder.ts';
import { leaveRecording } from './support/left-recording.ts';
import type { Left } from './support/left-recording.ts';
import { decodeComplaints } from './support/match-lab.ts';
import { findDisagreement } from './support/movie-checkers.ts';

/** 2.2 s of pictures, 4 s of sound. */
const FRAMES = 55;
const SOURCE = 'testsrc=size=160x96:rate=25:duration=2.2[out0];sine=frequency=440:duration=4[out1]';
const ENCODER = ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '2', '-c:a', 'aac'];

let dataDir: string;
let left: Left;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'padelvar-sound-alone-'));
  const parts = { parts: 2, frames: 2 * FRAMES, source: SOURCE, encoder: ENCODER };
  left = await leaveRecording({ dataDir, headerRoomBytes: 65_536, ...parts });
});
afterAll(async () => {
  await left.close();
  await rm(dataDir, { recursive: true, force: true });
});

test('sound that goes on behind the last picture makes no gap longer, and the movie no shorter', async () => {
  const { recording, paths } = left;
  await saveRecord(paths.folder, 'stop.json', { reason: 'player', stoppedAtMs: 13_500, elapsedMs: 7_500 });
  expect(recording.gaps()).toEqual([{ fromMs: 2_200, toMs: 5_000, reason: 'camera_lost' }]);
  const movie = await recording.finalise();
  expect(movie).toMatchObject({ durationMs: 7_200, frames: 2 * FRAMES });
  expect(movie.gaps).toEqual([{ fromMs: 2_200, toMs: 5_000, reason: 'camera_lost' }]);
  const index = FragmentIndex.parse(JSON.parse(await readFile(join(paths.folder, 'index.json'), 'utf8')));
  expect(index.runs.map(({ startMs }) => startMs)).toEqual([0, 5_000]);
  for (const { fragments } of index.runs)
    expect(fragments.reduce((sum, [, , durationMs]) => sum + durationMs, 0)).toBeCloseTo(2_200, 0);
  await recording.settle();
  expect(await decodeComplaints(paths.movie)).toBe('');
  expect(await findDisagreement(paths.movie, 2 * FRAMES)).toBe('');
});
