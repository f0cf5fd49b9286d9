/**
 * How late the machine is with work that is not PadelVar's, measured beside a test by threads of its own: one wakes up
 * and puts a few bytes onto the disk, over and over, one starts an FFmpeg that does nothing. A time that is promised of a
 * machine with some of it to spare may be missed by that much and no more; on one that is very late, a time that is missed
 * says nothing of PadelVar.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { TEST_FFMPEG } from './test-courts.ts';

/** A frame on its way to the disk waits for its turn this often: camera, FFmpeg, the daemon's look and its sync. */
const TURNS = 4;
/** A camera that comes back is asked how it is, and then recorded: two programs, or code as much. */
const STARTS = 2;
/** Two cores of an EPYC take 70 ms to start FFmpeg; where memory is mapped slowly, half a second and more. */
const ORDINARY_START_MS = 150;
/** Of seconds that are promised; of less a test allows less. */
const MOST_ALLOWED_MS = 2_000;

export interface MachineLateness {
  /** What may be added to a promised time so far, milliseconds: the worst that was seen, for each turn and start, two seconds at most. */
  allowanceMs(mostMs?: number): number;
  /** Why a time that is missed by more than that gets no verdict, to be given to `expect` beside it; empty where it gets one. */
  remark(mostMs?: number): string;
  close(): Promise<void>;
}

const MEASURE = `
const { fdatasyncSync, openSync, writeSync } = require('node:fs');
const { workerData, parentPort } = require('node:worker_threads');
const PERIOD_MS = 50;
const file = openSync(workerData, 'w');
const bytes = Buffer.alloc(4096);
const look = (dueMs) => {
  writeSync(file, bytes, 0, bytes.length, 0);
  fdatasyncSync(file);
  const nowMs = performance.now();
  parentPort.postMessage(nowMs - dueMs);
  setTimeout(look, PERIOD_MS, nowMs + PERIOD_MS);
};
look(performance.now());
`;

/** A fortieth of the time. */
const MEASURE_STARTS = `
const { spawnSync } = require('node:child_process');
const { workerData, parentPort } = require('node:worker_threads');
const start = () => {
  const beganMs = performance.now();
  spawnSync(workerData, ['-version'], { stdio: 'ignore' });
  const tookMs = performance.now() - beganMs;
  parentPort.postMessage(tookMs);
  setTimeout(start, Math.max(2_000, 40 * tookMs));
};
start();
`;

export async function measureLateness(): Promise<MachineLateness> {
  const folder = await mkdtemp(join(tmpdir(), 'padelvar-late-'));
  const worker = new Worker(MEASURE, { eval: true, workerData: join(folder, 'probe') });
  const starter = new Worker(MEASURE_STARTS, { eval: true, workerData: TEST_FFMPEG });
  let [worstMs, worstStartMs] = [0, 0];
  worker.on('message', (lateMs: number) => (worstMs = Math.max(worstMs, lateMs)));
  starter.on('message', (tookMs: number) => (worstStartMs = Math.max(worstStartMs, tookMs)));
  const lateMs = (): number => TURNS * worstMs + STARTS * Math.max(0, worstStartMs - ORDINARY_START_MS);
  return {
    allowanceMs: (mostMs = MOST_ALLOWED_MS) => Math.min(mostMs, lateMs()),
    remark: (mostMs = MOST_ALLOWED_MS) =>
      lateMs() <= mostMs
        ? ''
        : `too late to judge: this machine was ${worstMs.toFixed(0)} ms late with work that is not PadelVar's, and took ${worstStartMs.toFixed(0)} ms to start FFmpeg`,
    async close() {
      await Promise.all([worker.terminate(), starter.terminate()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
