import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { findProcess } from '../src/base/child-process.ts';
import { systemClock } from '../src/base/clock.ts';
import type { Clock } from '../src/base/clock.ts';
import { silentLogger } from '../src/base/log.ts';
import { planCopyArguments } from '../src/ingest/ffmpeg-arguments.ts';
import { createFrameHub, type FrameHub } from '../src/proxy/frame-hub.ts';
import { openLivePreview, type LiveFragment, type LivePreview } from '../src/proxy/live-preview.ts';
import { createManualClock } from './support/manual-clock.ts';
import { makeGrowingPart, readGreys, readJpegSize, type GrowingPart } from './proxy-growing-part.ts';

const never = new AbortController().signal;
const closers: (() => Promise<unknown>)[] = [];
let part: GrowingPart;
let keyframes: LiveFragment[];

beforeAll(async () => {
  part = await makeGrowingPart();
  keyframes = part.fragments.filter(({ startsWithKeyframe }) => startsWithKeyframe);
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function open({ ffmpegPath = 'ffmpeg', clock = systemClock }: { ffmpegPath?: string; clock?: Clock } = {}): {
  hub: FrameHub;
  preview: LivePreview;
} {
  const hub = createFrameHub({ clock });
  const preview = openLivePreview({ ffmpegPath, clock, log: silentLogger, hub });
  closers.push(() => preview.close());
  return { hub, preview };
}

/** What a picture of that second is in full-range grey. */
const greyOf = (second: number): number => ((20 + 10 * second - 16) * 255) / 219;

/** Children of this process that run FFmpeg as a decoder. */
async function findDecoders(): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const [status, command] = await Promise.all([
        readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''),
        readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
      ]);
      return status.includes(`\nPPid:\t${process.pid}\n`) && command.includes('mpjpeg') ? [Number(pid)] : [];
    }),
  );
  return found.flat();
}

test('nothing is decoded that nobody wants to see, and what was wanted is there at once', async () => {
  const timers = createManualClock();
  const { hub, preview } = open({
    clock: { ...systemClock, setTimer: (...timer) => timers.setTimer(...timer) },
  });
  preview.partBegan(part.init);
  for (const fragment of part.fragments) preview.fragment(fragment);
  expect(await findDecoders()).toEqual([]);

  const release = hub.wanted.join();
  const { jpeg, sequence } = await hub.nextFrame(0, never);
  const [grey] = await readGreys([jpeg]);
  expect(Math.abs((grey ?? 0) - greyOf(keyframes.length - 1))).toBeLessThan(6);
  release();
  await timers.advance(29_000);
  expect(await findDecoders()).toHaveLength(1);
  hub.wanted.join()();
  await timers.advance(29_000);
  expect(hub.latest()?.sequence).toBe(sequence);
  await timers.advance(1_000);
  expect(hub.latest()).toBeUndefined();
  while ((await findDecoders()).length > 0) await systemClock.sleep(10);
});

test('each keyframe is a picture as soon as its fragment is there', async () => {
  const { hub, preview } = open();
  hub.wanted.join();
  preview.partBegan(part.init);
  const [jpegs, delays]: [Buffer[], number[]] = [[], []];
  for (const fragment of part.fragments) {
    const fedAtMs = performance.now();
    preview.fragment(fragment);
    if (!fragment.startsWithKeyframe) continue;
    const { jpeg } = await hub.nextFrame(jpegs.length, never);
    delays.push(performance.now() - fedAtMs);
    jpegs.push(jpeg);
  }
  process.stdout.write(`keyframe to JPEG, ms: ${delays.map((ms) => ms.toFixed(0)).join(' ')}\n`);
  expect(jpegs).toHaveLength(keyframes.length);
  expect(jpegs.map(readJpegSize)).toEqual(jpegs.map(() => [640, 360]));
  const greys = await readGreys(jpegs);
  for (const [second, grey] of greys.entries()) {
    expect(Math.abs(grey - greyOf(second))).toBeLessThan(6);
  }
});

test('a small camera is not blown up, and a new part with another size goes on', async () => {
  const { hub, preview } = open();
  hub.wanted.join();
  for (const [size, expected] of [
    ['320x240', [320, 240]],
    ['1280x960', [640, 480]],
  ] as const) {
    const other = await makeGrowingPart({ seconds: 1, size });
    const seen = hub.latest()?.sequence ?? 0;
    preview.partBegan(other.init);
    for (const fragment of other.fragments) preview.fragment(fragment);
    expect(readJpegSize((await hub.nextFrame(seen, never)).jpeg)).toEqual(expected);
  }
});

test.each([0, 2])('watchers get five pictures a second, evenly, in order (%i B-frames)', async (bFrames) => {
  const { init, fragments } = await makeGrowingPart({ seconds: 4, bFrames });
  const { hub, preview } = open();
  preview.partBegan(init);
  hub.wanted.join();
  expect(await findDecoders()).toHaveLength(1);
  const release = hub.watched.join();
  expect(await findDecoders()).toHaveLength(2);
  const [times, jpegs]: [number[], Buffer[]] = [[], []];
  const leave = new AbortController();
  const watching = (async () => {
    for (let sequence = 0; ;) {
      const frame = await hub.nextFrame(sequence, leave.signal);
      sequence = frame.sequence;
      times.push(frame.atMs);
      jpegs.push(frame.jpeg);
    }
  })().catch(() => undefined);
  const beganAtMs = systemClock.monotonicMs();
  for (const fragment of fragments) {
    await systemClock.sleep(fragment.durationMs);
    preview.fragment(fragment);
  }
  leave.abort();
  await watching;
  const gaps = times.slice(2).map((atMs, index) => atMs - (times[index + 1] ?? 0));
  process.stdout.write(`watched, ms between pictures: ${gaps.map((ms) => ms.toFixed(0)).join(' ')}\n`);
  expect(times.length).toBeGreaterThanOrEqual(10);
  expect(times.length).toBeLessThanOrEqual(23);
  const greys = await readGreys(jpegs);
  expect(greys.slice(2)).toEqual(greys.slice(2).toSorted((a, b) => a - b));
  const delays = [1, 2, 3].map((second) => {
    const shownAtMs = times[greys.findIndex((grey) => grey > greyOf(second) - 5)] ?? 0;
    return shownAtMs - beganAtMs - second * 1_000;
  });
  process.stdout.write(`watched, ms behind the camera: ${delays.map((ms) => ms.toFixed(0)).join(' ')}\n`);
  release();
  while ((await findDecoders()).length > 1) await systemClock.sleep(10);
});

test('the part is decoded for watchers only while nothing comes of the low-delay output', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'padelvar-decoder-'));
  closers.push(() => rm(folder, { recursive: true }));
  const camera = join(folder, 'camera.ts');
  const bytes = Buffer.concat([part.init, ...(await Promise.all(part.fragments.map((one) => one.read())))]);
  execFileSync('ffmpeg', ['-v', 'error', '-i', 'pipe:0', '-c', 'copy', camera], { input: bytes });
  const port = 19_080;
  const timers = createManualClock();
  const { hub, preview } = open({
    clock: { ...systemClock, setTimer: (...timer) => timers.setTimer(...timer) },
  });
  preview.partBegan(part.init, port);
  hub.watched.join();
  // Keyframes, the part, the low-delay output.
  expect(await findDecoders()).toHaveLength(3);
  const inputArguments = ['-re', '-stream_loop', '-1', '-i', camera];
  const sender = spawn(
    'ffmpeg',
    planCopyArguments({
      inputArguments,
      codec: 'h264',
      lowDelayPort: port,
      partPath: join(folder, 'part-1.mp4'),
    }),
  );
  const sent = once(sender, 'close');
  await hub.nextFrame(0, never);
  await expect.poll(findDecoders).toHaveLength(2);
  sender.kill('SIGKILL');
  await sent;
  await timers.advance(2_000);
  await expect.poll(findDecoders).toHaveLength(3);
  const seen = hub.latest()?.sequence ?? 0;
  for (const fragment of part.fragments.slice(0, 4)) preview.fragment(fragment);
  expect((await hub.nextFrame(seen, never)).sequence).toBeGreaterThan(seen);
});

test('a decoder that dies is started again and takes up at the next keyframe', async () => {
  const { hub, preview } = open();
  hub.wanted.join();
  preview.partBegan(part.init);
  const [first, second, third] = keyframes;
  if (first === undefined || second === undefined || third === undefined)
    throw new Error('expected keyframes');
  preview.fragment(first);
  await hub.nextFrame(0, never);
  for (const [seen, next] of [
    [1, second],
    [2, third],
  ] as const) {
    const [pid] = await findDecoders();
    if (pid === undefined) throw new Error('expected a decoder');
    process.kill(pid, 'SIGKILL');
    for (let now = pid; now === pid; now = (await findDecoders())[0] ?? pid) await systemClock.sleep(5);
    preview.fragment(next);
    expect((await hub.nextFrame(seen, never)).jpeg.length).toBeGreaterThan(100);
  }
});

test('a fragment whose bytes are gone is left out', async () => {
  const { hub, preview } = open();
  hub.wanted.join();
  preview.partBegan(part.init);
  const gone = (): Promise<Buffer> => Promise.reject(new Error('punched out'));
  preview.fragment({ startsWithKeyframe: true, read: gone, readKeyframe: gone });
  await systemClock.sleep(1);
  const [first] = keyframes;
  if (first !== undefined) preview.fragment(first);
  expect((await hub.nextFrame(0, never)).sequence).toBe(1);
});

test('a decoder that reads nothing holds one fragment, not all of them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'padelvar-decoder-'));
  closers.push(() => rm(folder, { recursive: true }));
  const deaf = join(folder, 'ffmpeg');
  await writeFile(deaf, '#!/bin/sh\n# mpjpeg\nexec sleep 1000\n');
  await chmod(deaf, 0o755);
  const { hub, preview } = open({ ffmpegPath: deaf });
  hub.wanted.join();
  preview.partBegan(part.init);
  let reads = 0;
  const large = Buffer.alloc(4 * 1024 * 1024);
  const read = (): Promise<Buffer> => {
    reads += 1;
    return Promise.resolve(large);
  };
  for (let index = 0; index < 50; index += 1) {
    preview.fragment({ startsWithKeyframe: true, read, readKeyframe: read });
  }
  await systemClock.sleep(50);
  expect(reads).toBe(1);
});

test('closing ends the decoders, and so does the death of whoever feeds them', async () => {
  const { hub, preview } = open();
  preview.partBegan(part.init);
  hub.watched.join();
  const decoders = await findDecoders();
  expect(decoders).toHaveLength(2);
  await preview.close();
  expect(decoders.map(findProcess)).toEqual([undefined, undefined]);

  const script = `
    import { openLivePreview } from './src/proxy/live-preview.ts';
    import { createFrameHub } from './src/proxy/frame-hub.ts';
    import { systemClock } from './src/base/clock.ts';
    import { silentLogger } from './src/base/log.ts';
    import { readFileSync } from 'node:fs';
    const hub = createFrameHub({ clock: systemClock });
    hub.wanted.join();
    const preview = openLivePreview({ ffmpegPath: 'ffmpeg', clock: systemClock, log: silentLogger, hub });
    preview.partBegan(Buffer.from('${part.init.toString('base64')}', 'base64'));
    const children = readFileSync('/proc/self/task/' + process.pid + '/children', 'utf8');
    process.stdout.write(children, () => process.kill(process.pid, 'SIGKILL'));`;
  let output = '';
  try {
    execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: join(import.meta.dirname, '..'),
    });
  } catch (error) {
    output = String((error as { stdout: Buffer }).stdout);
  }
  const orphan = Number(/\d+/.exec(output)?.[0]);
  expect(orphan).toBeGreaterThan(1);
  while (findProcess(orphan) !== undefined) await systemClock.sleep(10);
});
