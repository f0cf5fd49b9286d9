import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readBoxes } from '@padelvar/shared/mp4/boxes';
import {
  headerBytesFor,
  writeFileType,
  writeHeaderFirst,
  writeMovieHeader,
} from '@padelvar/shared/mp4/movie-header';
import type { MovieTrack } from '@padelvar/shared/mp4/movie-header';
import { systemClock as clock } from '../src/base/clock.ts';
import { followPart } from '../src/ingest/part-follower.ts';
import type { PartFollower } from '../src/ingest/part-follower.ts';
import { assemble } from '../src/recording/assemble.ts';
import type { Assembly } from '../src/recording/assemble.ts';
import { decodeComplaints } from './support/match-lab.ts';
import { askFfprobe, askMediabunny, askMp4box } from './support/movie-checkers.ts';
import { TEST_FFMPEG } from './support/test-courts.ts';

const run = promisify(execFile);
const FRAMES = 100;
const GIB = 2 ** 30;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'padelvar-header-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A real fragmented part: 4 s at 25 fps, a keyframe a second. */
async function makePart(
  name: string,
  encoder: readonly string[],
): Promise<{ path: string; follower: PartFollower }> {
  const path = join(folder, name);
  await run(TEST_FFMPEG, [
    ...['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=size=160x96:rate=25', '-frames:v', String(FRAMES)],
    ...[...encoder, '-pix_fmt', 'yuv420p', '-g', '25', '-video_track_timescale', '90000'],
    ...['-movflags', '+frag_keyframe+empty_moov+default_base_moof', '-frag_duration', '480000', path],
  ]);
  const follower = await followPart(path, clock);
  await follower.poll();
  return { path, follower };
}

function assemblyOf({ init, fragments }: PartFollower): Assembly {
  if (init === undefined) throw new Error('expected an init segment');
  return assemble([{ number: 1, init, fragments, beganMs: 0 }], { part: 1, offset: 0 }, Infinity);
}

function shift(track: MovieTrack, bytes: number): MovieTrack {
  return { ...track, chunks: track.chunks.map((chunk) => ({ ...chunk, offset: chunk.offset + bytes })) };
}

const ENCODERS: [string, string[]][] = [
  ['H.264 without B-frames', ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '0']],
  ['H.264 with B-frames', ['-c:v', 'libx264', '-preset', 'fast', '-bf', '2']],
  ['H.265', ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=error', '-tag:v', 'hvc1']],
];

describe.each(ENCODERS)('a movie over a part of %s', (name, encoder) => {
  test('is the same to FFmpeg, mediabunny and mp4box, and decodes like the part', async () => {
    const { path, follower } = await makePart(`${name}.part.mp4`, encoder);
    const { track, pieces, frames, durationMs } = assemblyOf(follower);
    const [piece] = pieces;
    if (track === undefined || piece === undefined) throw new Error('expected frames');
    const room = 64 * 1024;
    const header = writeHeaderFirst(writeMovieHeader([shift(track, room)]), room, piece.bytes);
    if (header === undefined) throw new Error('expected room enough');
    const movie = join(folder, `${name}.mp4`);
    await writeFile(movie, Buffer.concat([header, await follower.read(piece.offset, piece.bytes)]));
    await follower.close();

    expect({ frames, durationMs }).toEqual({ frames: FRAMES, durationMs: 4_000 });
    const witnesses = [await askFfprobe(movie), await askMediabunny(movie), askMp4box(await readFile(movie))];
    for (const witness of witnesses) {
      expect(witness).toMatchObject({ frames: FRAMES, keyframes: 4 });
      expect(Math.abs(witness.durationMs - 4_000)).toBeLessThan(1);
    }
    expect(await decodeComplaints(movie)).toBe('');
    expect(await pictures(movie)).toBe(await pictures(path));
  });
});

/** Checksum of all pictures in the order shown. */
async function pictures(path: string): Promise<string> {
  const { stdout } = await run(TEST_FFMPEG, [
    '-v',
    'error',
    '-i',
    path,
    '-fps_mode',
    'passthrough',
    '-f',
    'md5',
    '-',
  ]);
  return stdout;
}

describe('the index', () => {
  let track: MovieTrack;
  beforeAll(async () => {
    const { follower } = await makePart('index.mp4', ENCODERS[0]?.[1] ?? []);
    const found = assemblyOf(follower).track;
    await follower.close();
    if (found === undefined) throw new Error('expected frames');
    track = found;
  });

  test('of a movie beyond 4 GiB has 64-bit offsets that mp4box reads back', () => {
    const far = shift(track, 5 * GIB);
    const { offsets, frames } = askMp4box(Buffer.concat([writeFileType(), writeMovieHeader([far])]));
    expect(frames).toBe(FRAMES);
    expect(offsets[0]).toBe(far.chunks[0]?.offset);
    expect(offsets.at(-1)).toBeGreaterThan(5 * GIB);
  });

  test('of a movie below 4 GiB has 32-bit offsets', () => {
    const [near, far] = [writeMovieHeader([track]), writeMovieHeader([shift(track, 5 * GIB)])];
    expect(far.byteLength - near.byteLength).toBe(4 * track.chunks.length);
  });

  test('fills its room exactly, or does not fit by a byte', () => {
    const moov = writeMovieHeader([track]);
    const room = headerBytesFor(moov.byteLength);
    expect(writeHeaderFirst(moov, room - 1, 1_000)).toBeUndefined();
    for (const roomBytes of [room, room + 1, room + 5_000]) {
      const header = writeHeaderFirst(moov, roomBytes, 1_000);
      expect(header).toHaveLength(roomBytes);
      const whole = Buffer.concat([header ?? Buffer.alloc(0), Buffer.alloc(1_000)]);
      const boxes = [...readBoxes(whole)];
      expect(boxes.map(({ type }) => type)).toEqual(['ftyp', 'moov', 'free', 'mdat']);
      expect(boxes.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(whole.byteLength);
    }
  });
});
