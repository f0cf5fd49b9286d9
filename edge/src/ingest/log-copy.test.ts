import { appendFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createMask, openLogCopy } from './log-copy.ts';

const CANARY = 'p%40ss-canary';
let folder: string;
const from = (): string => join(folder, 'memory.log');
const to = (): string => join(folder, 'disk.log');

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'padelvar-log-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('a password reaches the disk in no form, even where a line comes in two pieces', async () => {
  const copy = openLogCopy(from(), to(), [CANARY]);
  await appendFile(from(), `rtsp://admin:${CANARY}@10.0.0.9/court: timed out\nagain p@ss-`);
  await copy.flush();
  await appendFile(from(), 'canary in clear\nlast p%40ss-can');
  await copy.flush();
  await appendFile(from(), 'ary');
  await copy.close();
  expect(await readFile(to(), 'utf8')).toBe(
    'rtsp://***@10.0.0.9/court: timed out\nagain *** in clear\nlast ***\n',
  );
  expect((await stat(to())).mode & 0o777).toBe(0o600);
  expect(existsSync(from())).toBe(false);
});

test('a line that repeats is counted', async () => {
  const copy = openLogCopy(from(), to(), []);
  await appendFile(from(), 'a\nb\nb\n');
  await copy.flush();
  await appendFile(from(), 'b\n\nc\n');
  await copy.close();
  expect(await readFile(to(), 'utf8')).toBe('a\nb\nc\n(repeated 2 times) b\n');
});

test('what a failing camera makes FFmpeg say 10,000 times is a few lines [mediamtx 6160]', async () => {
  const copy = openLogCopy(from(), to(), []);
  const failure = (attempt: number): string => {
    const address = (0x55_00_00 + attempt).toString(16);
    return `[tcp @ 0x${address}] refused\n[rtsp @ 0x${address}] DESCRIBE failed after ${String(attempt)} ms\n`;
  };
  for (let attempt = 0; attempt < 10_000; attempt += 500) {
    await appendFile(from(), Array.from({ length: 500 }, (_, index) => failure(attempt + index)).join(''));
    await copy.flush();
  }
  await copy.close();
  const lines = (await readFile(to(), 'utf8')).trimEnd().split('\n');
  expect(lines).toHaveLength(2 + 2 * 4);
  expect(lines.at(-1)).toMatch(/^\(repeated 9999 times\) \[rtsp/);
});

test('a log of ever new lines is cut off on disk, and none of it stays in memory', async () => {
  const copy = openLogCopy(from(), to(), []);
  for (let round = 0; round < 30; round += 1) {
    const word = String.fromCodePoint(97 + (round % 26), 97 + Math.floor(round / 26));
    const lines = Array.from({ length: 1_000 }, (_, index) => `${word} ${spell(index)} ${'x'.repeat(100)}`);
    await appendFile(from(), `${lines.join('\n')}\n`);
    await copy.flush();
    expect((await stat(from())).size).toBe(0);
  }
  await copy.close();
  expect((await stat(to())).size).toBe(2 * 1024 * 1024);
});

/** A number without a digit. */
function spell(number: number): string {
  return String(number).replaceAll(/\d/g, (digit) => String.fromCodePoint(97 + Number(digit)));
}

test('a disk that takes no log is no error of the ingest', async () => {
  const copy = openLogCopy(from(), join(folder, 'missing', 'disk.log'), []);
  await appendFile(from(), 'a\n');
  await expect(copy.flush()).resolves.toBeUndefined();
  await expect(copy.close()).resolves.toBeUndefined();
});

test('an empty secret masks nothing', () => {
  expect(createMask([''])('frame 1')).toBe('frame 1');
});
