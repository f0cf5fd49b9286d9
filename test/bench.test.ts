/** The benchmarks' command and the shape of their results; the figures themselves are not judged here. */
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const BENCH = join(import.meta.dirname, '..', 'scripts', 'benchmarks', 'main.ts');

async function bench(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  return run('node', [BENCH, ...args]);
}

test('without a name the benchmarks are listed', async () => {
  expect((await bench()).stdout).toMatch(/^ {2}record /m);
});

test('an unknown name or a count out of range is an error', async () => {
  await expect(bench('nothing')).rejects.toMatchObject({ code: 1, stderr: /found nothing/ });
  await expect(bench('record', '--courts', '0')).rejects.toMatchObject({
    code: 1,
    stderr: /--courts from 1/,
  });
  await expect(bench('delivery', '--seconds', '1', '--real', '5')).rejects.toMatchObject({
    code: 1,
    stderr: /expected --seconds of a match/,
  });
});

test('a short run tells every figure and finds every frame', async () => {
  const { stdout } = await bench('record', '--json', '--courts', '1', '--seconds', '3', '--rounds', '1');
  const figure = expect.any(Number) as number;
  const result = JSON.parse(stdout) as { framesExpected: number; framesRecorded: number };
  expect(result).toMatchObject({
    ...{ courts: 1, seconds: 3, cpuRatioToCopy: figure },
    cpuSecondsPerCourt: { padelvar: figure, ffmpegCopy: figure, decodeEncode: figure },
    ...{ framesExpected: figure, framesRecorded: figure },
    rssMiB: { daemon: figure, perCourt: figure },
    startMs: { coldP50: figure, coldP95: figure, warmP50: figure, warmP95: figure },
    stopToMovieMs: { p50: figure, p95: figure },
    finalise90MinMs: figure,
    replay90MinMs: figure,
    upload: { cpuSecondsPerCourt: figure },
    viewer: { cpuSecondsPerCourt: figure },
  });
  expect(result.framesExpected).toBeGreaterThan(75);
  expect(result.framesRecorded).toBe(result.framesExpected);
});

/** What runs keep on disk and in memory. */
async function listFolders(): Promise<string[]> {
  const names = await Promise.all([tmpdir(), '/dev/shm'].map((folder) => readdir(folder)));
  return names.flat().filter((name) => /^padelvar-(\d+-)?bench-/.test(name));
}

test('Ctrl-C ends a run, and its processes and folders with it', async () => {
  const before = await listFolders();
  const running = run('node', [BENCH, 'record', '--courts', '1', '--seconds', '60', '--rounds', '1']);
  const { child } = running;
  const said = new Promise<void>((resolve) => {
    child.stderr?.on('data', (text: Buffer | string) => {
      if (text.toString().includes('round 1')) resolve();
    });
  });
  await said;
  child.kill('SIGINT');
  await expect(running).rejects.toMatchObject({ code: 130, stderr: /interrupted by SIGINT/ });
  expect(await listFolders()).toEqual(before);
});
