import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { StoryboardLayout } from '@padelvar/shared/side-files';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readTracks } from '../src/recording/clip-source.ts';
import { drawKeyframes } from '../src/recording/keyframe-pictures.ts';
import { listSideFiles } from '../src/recording/side-files.ts';
import { makeStoryboard } from '../src/recording/storyboard.ts';
import { planStoryboard } from '../src/recording/storyboard-plan.ts';
import { tellFigures } from './support/figures.ts';
import { leaveRecording } from './support/left-recording.ts';
import type { Left } from './support/left-recording.ts';
import { TEST_FFMPEG } from './support/test-courts.ts';

const run = promisify(execFile);
const { signal } = new AbortController();
let dataDir: string;
let left: Left;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'padelvar-storyboard-'));
  // Noise gives a picture the bytes of a real one.
  const source = `${shadesOf({ rate: 5, size: '1920:1080' })},noise=alls=12:allf=t`;
  left = await leaveRecording({
    ...{ dataDir, source, frames: 200, headerRoomBytes: 64 * 1024, parts: 1 },
    encoder: ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '0', '-g', '5'],
  });
  await left.recording.finalise();
}, 120_000);
afterAll(async () => {
  await left.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** Each second has its own shade, so that a picture tells when it was taken. */
function shadesOf({ rate, size, from = 16 }: { rate: number; size: string; from?: number }): string {
  const shade = `geq=lum=${String(from)}+5*floor(T):cb=128:cr=128`;
  return `color=black:size=32x18:rate=${String(rate)},${shade},scale=${size}`;
}

/** A shade of limited range as one of the full range. */
const toFull = (luma: number): number => ((luma - 16) * 255) / 219;

/** The brightness in the middle of each of `count` tiles, row by row. */
async function readShades(path: string, layout: StoryboardLayout): Promise<number[]> {
  const { columns, tileWidth: width, tileHeight: height } = layout;
  const { stdout } = await run(
    TEST_FFMPEG,
    [
      '-v',
      'error',
      '-i',
      path,
      '-vf',
      'scale=in_range=full:out_range=full',
      '-f',
      'rawvideo',
      '-pix_fmt',
      'gray',
      '-',
    ],
    { encoding: 'buffer', maxBuffer: 1e8 },
  );
  return Array.from({ length: layout.tiles }, (_, tile) => {
    const [x, y] = [(tile % columns) * width + width / 2, Math.floor(tile / columns) * height + height / 2];
    return stdout[Math.floor(y) * columns * width + Math.floor(x)] ?? 0;
  });
}

test('a finished movie has a thumbnail and a storyboard of its keyframes, each tile at its time', async () => {
  const { folder } = left.paths;
  await makeStoryboard({ folder, view: left.recording.view, ffmpegPath: TEST_FFMPEG, signal });
  expect(await listSideFiles(folder)).toEqual([
    ...['init.mp4', 'index.json', 'thumbnail.jpg', 'storyboard.jpg', 'storyboard.json'],
  ]);
  const layout = StoryboardLayout.parse(JSON.parse(await readFile(join(folder, 'storyboard.json'), 'utf8')));
  expect(layout).toEqual({
    ...{ v: 1, columns: 8, tiles: 8, tileWidth: 160, tileHeight: 90, intervalMs: 5_000 },
  });
  const shades = await readShades(join(folder, 'storyboard.jpg'), layout);
  for (const [tile, shade] of shades.entries())
    expect(Math.abs(shade - toFull(16 + tile * 5 * 5))).toBeLessThan(5);
  const { stdout } = await run('ffprobe', [
    ...['-v', 'error', '-show_entries', 'stream=codec_name,width,height', '-of', 'csv=p=0'],
    join(folder, 'thumbnail.jpg'),
  ]);
  expect(stdout.trim()).toBe('mjpeg,640,360');
});

const H265 = ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=error'];

test.each([
  ['in H.265', H265, 1],
  ['in H.265, in three parts', H265, 3],
  ['with reordered pictures, in three parts', ['-c:v', 'libx264', '-preset', 'fast', '-bf', '2'], 3],
])('a movie %s has its storyboard too, each tile at its time', async (name, encoder, parts) => {
  const movie = await leaveRecording({
    ...{ dataDir: join(dataDir, name), encoder, parts, headerRoomBytes: 64 * 1024 },
    // They begin 5 s apart, as tiles do.
    ...{ frames: 125, source: (part) => shadesOf({ rate: 25, size: '320:180', from: 16 + 60 * (part - 1) }) },
  });
  await movie.recording.finalise();
  const { folder } = movie.paths;
  await makeStoryboard({ folder, view: movie.recording.view, ffmpegPath: TEST_FFMPEG, signal });
  const layout = StoryboardLayout.parse(JSON.parse(await readFile(join(folder, 'storyboard.json'), 'utf8')));
  expect(layout).toMatchObject({ tiles: parts, tileWidth: 160, tileHeight: 90, intervalMs: 5_000 });
  const shades = await readShades(join(folder, 'storyboard.jpg'), layout);
  for (const [tile, shade] of shades.entries())
    expect(Math.abs(shade - toFull(16 + tile * 60))).toBeLessThan(5);
  await movie.close();
});

/** CPU seconds of all ended children of this process, by the kernel's ticks of 10 ms. */
function childCpuSeconds(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

test('the storyboard of 90 minutes costs less than 1 % of a core', async () => {
  const track = (await readTracks(left.recording.view))[0];
  if (track === undefined) throw new Error('expected a track');
  const planned = planStoryboard({
    ...track,
    chunks: Array.from({ length: 135 }, () => track.chunks).flat(),
  });
  expect(planned?.layout).toMatchObject({ tiles: 180, intervalMs: 30_000, columns: 10 });
  const before = childCpuSeconds();
  const jpeg = await drawKeyframes({
    ...{ ffmpegPath: TEST_FFMPEG, track, places: planned?.tiles ?? [], signal },
    read: (offset, bytes) => left.recording.view.read(offset, bytes),
    filters: 'scale=160:90:flags=area,tile=10x18',
  });
  const percent = ((childCpuSeconds() - before) / (90 * 60)) * 100;
  tellFigures('storyboard of 90 min at 1080p', {
    'percent of a core': percent.toFixed(3),
    bytes: jpeg.length,
  });
  expect(percent).toBeLessThan(1);
});

test('a movie that can’t be drawn is an error that says so, and one who stops waiting is let go', async () => {
  const options = { ffmpegPath: TEST_FFMPEG, folder: await emptyFolder(), signal };
  const { view } = left.recording;
  const garbled = { ...view, read: (offset: number, bytes: number) => garble(offset, bytes) };
  const garble = async (offset: number, bytes: number): Promise<Buffer> =>
    offset < view.payloadOffset ? view.read(offset, bytes) : Buffer.alloc(bytes, 0xa5);
  await expect(makeStoryboard({ ...options, view: garbled })).rejects.toMatchObject({ kind: 'internal' });
  expect(await listSideFiles(options.folder)).toEqual([]);
  const stopping = AbortSignal.abort(new Error('enough'));
  await expect(makeStoryboard({ ...options, view, signal: stopping })).rejects.toThrow();
});

async function emptyFolder(): Promise<string> {
  const folder = join(dataDir, 'garbled');
  await mkdir(folder, { recursive: true });
  return folder;
}
