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
  await appendFile(from(), 'b\n\nc\nc\n');
  await copy.close();
  expect(await readFile(to(), 'utf8')).toBe(
    'a\nb\n(last line repeated 2 more times)\nc\n(last line repeated 1 more times)\n',
  );
});

test('a disk that takes no log is no error of the ingest', async () => {
  const copy = openLogCopy(from(), join(folder, 'missing', 'disk.log'), []);
  await appendFile(from(), 'a\n');
  await expect(copy.flush()).resolves.toBeUndefined();
  await expect(copy.close()).resolves.toBeUndefined();
});

test('an empty secret masks nothing', () => {
  expect(createMask([''])('frame 1')).toBe('frame 1');
});
