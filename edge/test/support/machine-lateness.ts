/**
 * How late the machine is with work that is not PadelVar's, measured beside a test by a thread of its own: it wakes up
 * and puts a few bytes onto the disk, over and over. A time that is promised of a machine with some of it to spare may be
 * missed by that much and no more; on one that is very late, a time that is missed says nothing of PadelVar.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

/** A frame on its way to the disk waits for its turn this often: camera, FFmpeg, the daemon's look and its sync. */
const TURNS = 4;
/** Of seconds that are promised; of less a test allows less. */
const MOST_ALLOWED_MS = 2_000;

export interface MachineLateness {
  /** What may be added to a promised time so far, milliseconds: the worst that was seen, for each turn, two seconds at most. */
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

export async function measureLateness(): Promise<MachineLateness> {
  const folder = await mkdtemp(join(tmpdir(), 'padelvar-late-'));
  const worker = new Worker(MEASURE, { eval: true, workerData: join(folder, 'probe') });
  let worstMs = 0;
  worker.on('message', (lateMs: number) => (worstMs = Math.max(worstMs, lateMs)));
  return {
    allowanceMs: (mostMs = MOST_ALLOWED_MS) => Math.min(mostMs, TURNS * worstMs),
    remark: (mostMs = MOST_ALLOWED_MS) =>
      TURNS * worstMs <= mostMs
        ? ''
        : `too late to judge: this machine was ${worstMs.toFixed(0)} ms late with work that is not PadelVar's`,
    async close() {
      await worker.terminate();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
