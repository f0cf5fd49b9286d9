import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { findProcess } from '../base/child-process.ts';
import { findWriters } from './find-writers.ts';
import { loadPartRecords } from './part.ts';

const FOLDER = '/tmp/padelvar-no-such-folder';
const running: ChildProcess[] = [];

afterEach(async () => {
  for (const child of running.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

/** A process with those last arguments, which waits. */
async function run(...last: string[]): Promise<ChildProcess> {
  const child = spawn('sh', ['-c', 'echo; read line', 'sh', ...last]);
  running.push(child);
  await once(child.stdout, 'data');
  return child;
}

test('who is told to write a part into the folder is found by the number of the part', async () => {
  const third = await run('-i', 'x', '-f', 'mp4', `${FOLDER}/part-3.mp4`);
  const last = await run('-f', 'mp4', `${FOLDER}/part-12.mp4`);
  const expected = [
    [3, findProcess(third.pid ?? 0)],
    [12, findProcess(last.pid ?? 0)],
  ];
  expect([...findWriters(FOLDER)].sort(([a], [b]) => a - b)).toEqual(expected);
  const records = await loadPartRecords(FOLDER);
  expect(records.map(({ number, process }) => [number, process])).toEqual(expected);
});

test.each([
  ['who reads a part', [`${FOLDER}/part-1.mp4`]],
  ['who makes something else of it', ['-i', `${FOLDER}/part-1.mp4`, '-f', 'mp4', '/tmp/other.mp4']],
  ['who writes another format', ['-f', 'mpegts', `${FOLDER}/part-1.mp4`]],
  ['who writes into a folder whose name begins alike', ['-f', 'mp4', `${FOLDER}-2/part-1.mp4`]],
  ['who writes into a folder below', ['-f', 'mp4', `${FOLDER}/sub/part-1.mp4`]],
  ['who writes what is no part', ['-f', 'mp4', `${FOLDER}/part-x.mp4`]],
  ['who has more to say', ['-f', 'mp4', `${FOLDER}/part-1.mp4`, '-y']],
])('%s is a stranger', async (_name, last) => {
  await run(...last);
  expect(findWriters(FOLDER).size).toBe(0);
});

test('a process of another user is a stranger, and one that has ended is nobody', async () => {
  const child = await run('-f', 'mp4', `${FOLDER}/part-1.mp4`);
  expect(findWriters(FOLDER, (process.getuid?.() ?? 0) + 1).size).toBe(0);
  expect(findWriters(FOLDER).size).toBe(1);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(findWriters(FOLDER).size).toBe(0);
});
