/** The benchmarks' command and the shape of their results; the figures themselves are not judged here. */
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { UPLOAD_PART_BYTES } from '@padelvar/shared/limits';
import { expect, test } from 'vitest';
import { planHeaderRoom } from '../edge/src/recording/layout.ts';
import { isLongRun } from '../edge/test/support/figures.ts';

const run = promisify(execFile);
const BENCH = join(import.meta.dirname, '..', 'scripts', 'benchmarks', 'main.ts');
/** Two parts and the header of a match of 24 s, and what HTTP and the portal's own requests add. */
const MOST_AFTER_STOP_BYTES = 2 * UPLOAD_PART_BYTES + planHeaderRoom('header-first', 24) + 64 * 1024;

async function bench(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  return run('node', [BENCH, ...args]);
}

test('without a name the benchmarks are listed', async () => {
  expect((await bench()).stdout).toMatch(/^ {2}record /m);
});

test('an unknown name or a count out of range is an error', async () => {
  for (const [args, stderr] of [
    [['nothing'], /found nothing/],
    [['record', '--courts', '0'], /--courts from 1/],
    [['delivery', '--seconds', '1', '--real', '5'], /expected --seconds of a match/],
    [['delivery', '--uplinks', '10,3'], /expected --uplinks among 1\.2, 5, 10, found 3/],
  ] as const)
    await expect(bench(...args)).rejects.toMatchObject({ code: 1, stderr });
});

if (isLongRun)
  test('a short run tells every figure and finds every frame', async () => {
    const { stdout } = await bench('record', '--json', '--courts', '1', '--seconds', '3', '--rounds', '1');
    const figure = expect.any(Number) as number;
    // A copy of 3 s may take less than the processor's clock can tell.
    const ratio = expect.toBeOneOf([figure, null]) as number | null;
    const result = JSON.parse(stdout) as { framesExpected: number; framesRecorded: number };
    expect(result).toMatchObject({
      ...{ courts: 1, seconds: 3, cpuRatioToCopy: ratio },
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

test('a short delivery leaves two parts to send after the stop, and sends nothing twice', async () => {
  const lengths = ['--seconds', '24', '--real', '1', '--minutes', '0', '--uplinks', '10'];
  const { stdout } = await bench('delivery', '--json', ...lengths);
  const { rows, memory } = JSON.parse(stdout) as { rows: Record<string, unknown>[]; memory: unknown };
  const figure = expect.any(Number) as number;
  // So short a match may be over before its line was measured.
  const promisedMs = expect.toBeOneOf([figure, null]) as number | null;
  const common = {
    ...{ uplinkRatio: 10, stopToReadyMs: figure, bytesAfterStop: figure, bytesSentTotal: figure },
    ...{ objectBytes: figure, resentBytes: 0, edgeCpuSeconds: figure, edgeRssMiB: figure },
    ...{ firstFrameMs: null, seekMs: null, seekBytes: null, plainSeek: null },
  };
  expect(rows).toEqual([
    {
      ...common,
      uploader: 'padelvar',
      store: 'folder',
      speed: 12,
      layout: 'header-first',
      promisedMs,
    },
    { ...common, uploader: 'padelvar', store: 's3', speed: 12, layout: 'header-first', promisedMs },
    { ...common, uploader: 'aws-sdk', store: 's3', speed: 1, layout: null, promisedMs: null },
  ]);
  for (const { uploader, bytesAfterStop, bytesSentTotal, objectBytes } of rows) {
    expect(bytesSentTotal).toBeGreaterThan(objectBytes as number);
    if (uploader === 'padelvar') expect(bytesAfterStop).toBeLessThanOrEqual(MOST_AFTER_STOP_BYTES);
  }
  expect(memory).toMatchObject({
    seconds: { short: 24, long: 192 },
    edgeRssMiB: { short: figure, long: figure },
    longToShort: figure,
  });
});

if (isLongRun)
  test('a short look at the portal tells what its pages cost, and finds them whole', async () => {
    const counts = ['--clients', '2', '--seconds', '1', '--videos', '20'];
    const { stdout } = await bench('portal', '--json', ...counts);
    const figure = expect.any(Number) as number;
    const result = JSON.parse(stdout) as { courtPageJsKiB: number };
    expect(result).toMatchObject({
      ...{ lcpMs: figure, axeViolations: 0, missingTranslations: 0 },
      requestsPerSecond: { list: figure, status: figure, snapshot: figure },
      p99Ms: { list: figure, status: figure, snapshot: figure },
      detail: { clients: 2, seconds: 1, videos: 20 },
    });
    expect(result.courtPageJsKiB).toBeGreaterThan(20);
    expect(result.courtPageJsKiB).toBeLessThanOrEqual(120);
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
