import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FragmentIndex } from '@padelvar/shared/side-files';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readBoxes } from '@padelvar/shared/mp4/boxes';
import { INDEX_LAST_ROOM_BYTES } from '@padelvar/shared/mp4/movie-header';
import { systemClock as clock } from '../src/base/clock.ts';
import { clipFinished } from '../src/recording/clip-source.ts';
import { cutClip } from '../src/recording/clip.ts';
import type { MovieView } from '../src/recording/movie-view.ts';
import { findLeftRecordings, recoverRecording } from '../src/recording/recover.ts';
import { leaveRecording } from './support/left-recording.ts';
import type { Left } from './support/left-recording.ts';
import { decodeComplaints } from './support/match-lab.ts';
import { askFfprobe, askMediabunny, askMp4box } from './support/movie-checkers.ts';

const FRAMES = 100;
let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'padelvar-object-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

const readWhole = (view: MovieView): Promise<Buffer> => view.read(0, view.finished()?.totalBytes ?? 0);
const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '0'];
const H264_REORDERED = ['-c:v', 'libx264', '-preset', 'fast', '-bf', '2'];
const H265 = ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=error', '-tag:v', 'hev1'];
const ROOM = 64 * 1024;

describe.each([
  ['an index first', H264, ROOM, 1, ['ftyp', 'moov', 'free', 'mdat']],
  ['an index first over two parts', H264_REORDERED, ROOM, 2, ['ftyp', 'moov', 'free', 'mdat']],
  ['an index last', H264, INDEX_LAST_ROOM_BYTES, 1, ['ftyp', 'mdat', 'moov']],
  ['an index last over two parts', H265, INDEX_LAST_ROOM_BYTES, 2, ['ftyp', 'mdat', 'moov']],
  ['an index that outgrew its room', H264_REORDERED, 500, 2, ['ftyp', 'free', 'mdat', 'moov']],
])('a stored object with %s', (name, encoder, roomBytes, parts, boxes) => {
  let left: Left;
  let running: Buffer;
  let object: Buffer;
  let path: string;

  beforeAll(async () => {
    left = await leaveRecording({
      ...{ dataDir: join(dataDir, name), encoder, headerRoomBytes: roomBytes, parts, frames: FRAMES },
    });
    const { view } = left.recording;
    running = await view.read(roomBytes, view.grownTo() - roomBytes);
    await left.recording.finalise();
    object = await readWhole(left.recording.view);
    path = join(dataDir, `${name}.mp4`);
    await writeFile(path, object);
  });
  afterAll(() => left.close());

  test('is what its layout says, and its payload where the uploader had it while the recording ran', () => {
    expect([...readBoxes(object)].map(({ type }) => type)).toEqual(boxes);
    expect(left.recording.view.payloadOffset).toBe(roomBytes);
    expect(object.subarray(roomBytes, roomBytes + running.byteLength).equals(running)).toBe(true);
  });

  test('decodes without a complaint, the same to three readers', async () => {
    expect(await decodeComplaints(path)).toBe('');
    const witnesses = [await askFfprobe(path), await askMediabunny(path), askMp4box(object)];
    for (const { frames, keyframes } of witnesses)
      expect({ frames, keyframes }).toEqual({ frames: parts * FRAMES, keyframes: (parts * FRAMES) / 25 });
  });

  test('can be read in pieces of any size, over every border', async () => {
    for (const bytes of [997, 65_536]) {
      const pieces: Buffer[] = [];
      for (let offset = 0; offset < object.byteLength; offset += bytes)
        pieces.push(await left.recording.view.read(offset, Math.min(bytes, object.byteLength - offset)));
      expect(Buffer.concat(pieces).equals(object)).toBe(true);
    }
  });

  test('is also its own stream by init segments and byte ranges, H.265 by the name that Apple takes [frigate PR 10105]', async () => {
    const index = FragmentIndex.parse(
      JSON.parse(await readFile(join(left.paths.folder, 'index.json'), 'utf8')),
    );
    const inits = await readFile(join(left.paths.folder, 'init.mp4'));
    expect({ totalBytes: index.totalBytes, runs: index.runs.length }).toEqual({
      ...{ totalBytes: object.byteLength, runs: parts },
    });
    for (const [number, { init, fragments, startMs }] of index.runs.entries()) {
      expect(startMs).toBe(number * 5_000);
      expect(fragments.reduce((sum, [, , ms]) => sum + ms, 0)).toBeCloseTo(4_000, 0);
      const stream = join(dataDir, `${name}.${String(number)}.stream.mp4`);
      const ranges = fragments.map(([offset, bytes]) => object.subarray(offset, offset + bytes));
      await writeFile(
        stream,
        Buffer.concat([inits.subarray(init.offset, init.offset + init.bytes), ...ranges]),
      );
      expect((await askFfprobe(stream)).frames).toBe(FRAMES);
      expect(await decodeComplaints(stream)).toBe('');
    }
    // Called so by its camera, it would be dead on an iPhone.
    expect(inits.includes('hev1')).toBe(false);
    const [head, tail] = [object.subarray(0, roomBytes), object.subarray(roomBytes + running.byteLength)];
    expect(Buffer.concat([head, tail]).includes('hev1')).toBe(false);
  });

  test('stays byte for byte what it was once the movie has its final name, and after a restart', async () => {
    await left.recording.settle();
    expect(hashOf(await readWhole(left.recording.view))).toBe(hashOf(object));
    expect((await askFfprobe(left.paths.movie)).frames).toBe(parts * FRAMES);
    const found = await findLeftRecordings(join(dataDir, name), (_folder, error) => {
      throw error;
    });
    const [one] = found;
    const recovered = one === undefined ? undefined : await recoverRecording(one, 'crash_recovered', clock);
    if (recovered === undefined) throw new Error('expected a movie');
    expect(hashOf(await readWhole(recovered.view))).toBe(hashOf(object));
  });

  test('gives clips by its own index', async () => {
    const clip = cutClip(await clipFinished(left.recording.view), 1_000, 3_000);
    const clipPath = join(dataDir, `${name}.clip.mp4`);
    await writeFile(clipPath, await clip.read(0, clip.totalBytes));
    expect((await askFfprobe(clipPath)).frames).toBeGreaterThanOrEqual(50);
    expect(await decodeComplaints(clipPath)).toBe('');
  });
});
