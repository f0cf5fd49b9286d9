/** A camera that never comes back: thousands of attempts in vain, with a stand-in for FFmpeg that ends at once. */
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../src/base/clock.ts';
import type { Clock } from '../src/base/clock.ts';
import { silentLogger } from '../src/base/log.ts';
import type { Logger } from '../src/base/log.ts';
import { createCameraReturn } from '../src/camera/camera-return.ts';
import { openIngest } from '../src/ingest/ingest.ts';
import type { Ingest } from '../src/ingest/ingest.ts';
import { isLongRun, tellFigures } from './support/figures.ts';
import { collectGarbage } from './support/garbage.ts';
import { writeFragment, writeInit } from './support/synthetic-part.ts';

const MEBIBYTE = 1024 * 1024;
const WARM_UP = 100;
const ATTEMPTS = isLongRun ? 10_000 : 300;
/** Of FFmpegs that end in the middle. */
const ENDS = 2;
/** Nobody listens there. */
const DEAD_CAMERA = 'rtsp://admin:canary-pass@127.0.0.1:9/court';
/** Waits are over at once. */
const IMPATIENT: Clock = {
  ...systemClock,
  sleep: (_ms, signal) => systemClock.sleep(1, signal),
};

let folder: string;
let memoryFolder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'padelvar-attempts-'));
  memoryFolder = await mkdtemp('/dev/shm/padelvar-attempts-');
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
  await rm(memoryFolder, { recursive: true, force: true });
});

interface Vain {
  ingest: Ingest;
  attempts: () => number;
  logged: () => number;
}

/** `isCameraBack`: undefined where FFmpeg is started each time. */
async function openInVain(isCameraBack?: (signal: AbortSignal) => Promise<boolean>): Promise<Vain> {
  const ffmpegPath = join(folder, 'ffmpeg');
  await writeFile(
    ffmpegPath,
    '#!/bin/sh\necho "[tcp @ 0x$$] connection to canary-pass refused" >&2\nexit 1\n',
  );
  await chmod(ffmpegPath, 0o700);
  let [attempts, logged] = [0, 0];
  const logger = {
    ...silentLogger,
    info: () => (logged += 1),
    error: () => (logged += 1),
  } as unknown as Logger;
  const ingest = openIngest({
    ...{ folder: join(folder), ffmpegPath, clock: IMPATIENT, logger },
    planArguments: (partPath) => [partPath],
    log: {
      memoryPath: join(memoryFolder, 'ffmpeg.log'),
      diskPath: join(folder, 'ffmpeg.log'),
      secrets: ['canary-pass'],
    },
    async isCameraBack(signal) {
      attempts += 1;
      return (await isCameraBack?.(signal)) ?? true;
    },
  });
  return { ingest, attempts: () => attempts, logged: () => logged };
}

interface Ended {
  drops: unknown[];
  /** What the log says of each attempt. */
  told: { exit: unknown; others: unknown }[];
}

/** FFmpegs that end by themselves with that code, each after a fragment. */
async function endInTheMiddle(code: number): Promise<Ended> {
  const own = await mkdtemp(join(folder, `exit-${String(code)}-`));
  const ffmpegPath = join(own, 'ffmpeg');
  await writeFile(join(own, 'media'), Buffer.concat([writeInit(), writeFragment({ decodeTicks: 0 })]));
  const script = `#!/bin/sh\nfor last; do :; done\ncat ${own}/media > "$last"\nsleep 0.3\nexit ${String(code)}\n`;
  await writeFile(ffmpegPath, script, { mode: 0o700 });
  const ended: Ended = { drops: [], told: [] };
  const info = ({ exit, ...others }: Record<string, unknown>, message: string): void => {
    if (message === 'ingest attempt ended') ended.told.push({ exit, others });
  };
  const ingest = openIngest({
    ...{ folder: own, ffmpegPath, clock: IMPATIENT, logger: { ...silentLogger, info } as unknown as Logger },
    planArguments: (partPath) => [partPath],
    log: {
      memoryPath: join(memoryFolder, `${String(code)}.log`),
      diskPath: join(own, 'ffmpeg.log'),
      secrets: [],
    },
    onDrop: (reason) => ended.drops.push(reason),
  });
  while (ended.drops.length < ENDS) await systemClock.sleep(5);
  await ingest.stop();
  expect(ingest.parts.map(({ fragments }) => fragments.length).slice(0, ENDS)).toEqual([1, 1]);
  await ingest.close();
  return { drops: ended.drops.slice(0, ENDS), told: ended.told.slice(0, ENDS) };
}

test('an FFmpeg that ends with 0 in the middle is one that ends with 255: its code is in the log, and believed by nobody', async () => {
  const [well, badly] = await Promise.all([endInTheMiddle(0), endInTheMiddle(255)]);
  expect(well.told.map(({ exit }) => exit)).toEqual([0, 0]);
  expect(badly.told.map(({ exit }) => exit)).toEqual([255, 255]);
  expect(well.drops).toEqual(['ended', 'ended']);
  expect(badly.drops).toEqual(well.drops);
  expect(badly.told.map(({ others }) => others)).toEqual(well.told.map(({ others }) => others));
  expect(well.told[1]?.others).toMatchObject({ part: 2, outcome: 'ended', fragments: 1 });
});

interface Load {
  heapBytes: number;
  /** Resident, V8's heap aside: that grows with the speed of what is allocated, which no camera reaches. */
  outsideBytes: number;
  descriptors: number;
}

async function measure(): Promise<Load> {
  await collectGarbage();
  const { heapUsed, heapTotal, rss } = process.memoryUsage();
  return {
    heapBytes: heapUsed,
    outsideBytes: rss - heapTotal,
    descriptors: readdirSync('/proc/self/fd').length,
  };
}

async function reach(attempts: () => number, count: number): Promise<void> {
  while (attempts() < count) await systemClock.sleep(5);
}

const askDeadCamera = createCameraReturn(DEAD_CAMERA, systemClock);
async function isDeadCameraBack(signal: AbortSignal): Promise<boolean> {
  return (await askDeadCamera(signal)) !== undefined;
}

test.each([
  ['FFmpegs that end at once', undefined],
  ['questions to a dead camera', isDeadCameraBack],
])(
  `${String(ATTEMPTS)} %s leave no memory, descriptor or file behind [scrypted 2115, frigate 23999, mediamtx 4674]`,
  async (what, isCameraBack) => {
    const { ingest, attempts, logged } = await openInVain(isCameraBack);
    await reach(attempts, WARM_UP);
    const before = await measure();
    await reach(attempts, WARM_UP + ATTEMPTS);
    const after = await measure();
    expect(ingest.parts.length).toBeLessThanOrEqual(1);
    expect(ingest.growthAgeMs()).toBe(Infinity);
    await ingest.stop();
    await ingest.close();

    const growth = {
      heap: (after.heapBytes - before.heapBytes) / MEBIBYTE,
      outside: (after.outsideBytes - before.outsideBytes) / MEBIBYTE,
    };
    tellFigures(what, { attempts: ATTEMPTS, heapMiB: growth.heap, outsideMiB: growth.outside });
    expect(growth.heap).toBeLessThan(2);
    expect(growth.outside).toBeLessThan(40);
    // Files and sockets of the attempt under way may be open, and those of the one before on their way out.
    expect(Math.abs(after.descriptors - before.descriptors)).toBeLessThanOrEqual(ATTEMPTS / 15);
    expect((await readdir(folder)).sort()).toEqual(['ffmpeg', 'ffmpeg.log']);
    expect(await readdir(memoryFolder)).toEqual([]);
    const log = await readFile(join(folder, 'ffmpeg.log'), 'utf8');
    expect(log).not.toContain('canary-pass');
    expect((await stat(join(folder, 'ffmpeg.log'))).size).toBeLessThan(2_000);
    // The 1st, 2nd, 4th, 8th and so on.
    expect(logged()).toBeLessThanOrEqual(Math.log2(ATTEMPTS + WARM_UP) + 4);
  },
  600_000,
);
