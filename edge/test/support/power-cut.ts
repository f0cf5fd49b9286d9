/**
 * Power cuts without pulling a plug: the data folder as it is at one instant, each part cut back to what was put onto the
 * disk, with what a file system may leave behind that. Taken without a pause, so that the daemon does nothing meanwhile.
 */
import {
  closeSync,
  cpSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { pick } from './figures.ts';
import type { Random } from './figures.ts';

/** What lies behind the last sync: nothing, some of what was written, zeros, garbage, or pages of zeros in between. */
export const TAILS = ['nothing', 'some', 'zeros', 'garbage', 'pages'] as const;
export type Tail = (typeof TAILS)[number];

/** What is left of the database: all, nothing, or all but the end of its log, which was cut or never reached the disk. */
export const DATABASES = ['whole', 'gone', 'log cut', 'log of zeros'] as const;
export type DatabaseState = (typeof DATABASES)[number];

const PAGE_BYTES = 4096;
const COPY_TRIES = 5;
const EARLIER_BOOT = '00000000-0000-0000-0000-000000000000';

export interface CutOptions {
  dataDir: string;
  into: string;
  /** Bytes of each part that outlast a power cut; a part that is missing here has no name on the disk yet. */
  synced: ReadonlyMap<string, number>;
  tail: Tail;
  database: DatabaseState;
  random: Random;
}

export function cutPower({ dataDir, into, synced, tail, database, random }: CutOptions): void {
  copyNow(dataDir, into);
  cutDatabase(join(into, 'edge.db'), database, random);
  for (const name of readdirSync(into, { recursive: true, encoding: 'utf8' })) {
    const path = join(into, name);
    // What finishing writes into a part is tried step by step, in `recording-crash.test.ts`.
    const isFinishing = existsSync(join(dirname(path), 'movie.json'));
    if (/part-\d+\.mp4$/.test(name) && !isFinishing)
      cutPart(path, synced.get(join(dataDir, name)), tail, random);
    if (/(?:part-\d+|start)\.json$/.test(name)) moveToEarlierBoot(path);
    if (name.endsWith('.new')) tearAside(path, random);
  }
}

/** A file that is just then being renamed is looked for again. */
function copyNow(from: string, into: string): void {
  for (let attempt = 1; ; attempt += 1) {
    try {
      cpSync(from, into, { recursive: true, preserveTimestamps: true });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt === COPY_TRIES) throw error;
      rmSync(into, { recursive: true });
    }
  }
}

/** What processes share of it in memory is gone with them. */
function cutDatabase(path: string, state: DatabaseState, random: Random): void {
  rmSync(`${path}-shm`, { force: true });
  const log = `${path}-wal`;
  if (state === 'gone') for (const file of [path, log]) rmSync(file, { force: true });
  if (state === 'whole' || !existsSync(log)) return;
  const { size } = statSync(log);
  const from = Math.floor(random() * size);
  truncateSync(log, from);
  if (state === 'log of zeros') truncateSync(log, size);
}

function cutPart(path: string, syncedBytes: number | undefined, tail: Tail, random: Random): void {
  if (syncedBytes === undefined) {
    rmSync(path);
    return;
  }
  const { size, atime, mtime } = statSync(path);
  const reached = syncedBytes + Math.floor(random() * Math.max(0, size - syncedBytes));
  if (tail === 'nothing') truncateSync(path, syncedBytes);
  if (tail === 'some' || tail === 'zeros') truncateSync(path, reached);
  if (tail === 'zeros') truncateSync(path, size);
  if (tail === 'garbage') overwrite(path, reached, randomBytes(size - reached));
  if (tail === 'pages') dropPages(path, syncedBytes, size, random);
  utimesSync(path, atime, mtime);
}

function dropPages(path: string, from: number, to: number, random: Random): void {
  for (let at = Math.ceil(from / PAGE_BYTES) * PAGE_BYTES; at < to; at += PAGE_BYTES)
    if (random() < 0.3) overwrite(path, at, Buffer.alloc(Math.min(PAGE_BYTES, to - at)));
}

function overwrite(path: string, at: number, bytes: Buffer): void {
  const file = openSync(path, 'r+');
  writeSync(file, bytes, 0, bytes.byteLength, at);
  closeSync(file);
}

/** The machine starts anew: clocks and processes are of a boot that is over. */
export function moveToEarlierBoot(path: string): void {
  const record = JSON.parse(readFileSync(path, 'utf8')) as { bootId: string; process?: { bootId: string } };
  record.bootId = EARLIER_BOOT;
  if (record.process !== undefined) record.process.bootId = EARLIER_BOOT;
  writeFileSync(path, JSON.stringify(record));
}

/** A file that was being written aside: whole, half written, zeros, or not there. */
function tearAside(path: string, random: Random): void {
  const { size } = statSync(path);
  const state = pick(random, ['whole', 'half', 'zeros', 'none']);
  if (state === 'half') truncateSync(path, Math.floor(size / 2));
  if (state === 'zeros') writeFileSync(path, Buffer.alloc(size));
  if (state === 'none') rmSync(path);
}
