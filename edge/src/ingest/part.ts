/** A part on disk: the growing file and the record beside it that lets a later daemon place and adopt it. */
import { readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../base/atomic-file.ts';
import { readBootId } from '../base/child-process.ts';
import { findWriters } from './find-writers.ts';

export const PartRecord = z.object({
  number: z.int().positive(),
  /** The boot whose monotonic clock `beganMonotonicMs` was read from. */
  bootId: z.string(),
  /** When the part's first frame was taken, by the monotonic clock; 0 until the first fragment was seen. */
  beganMonotonicMs: z.number().nonnegative(),
  /** The same instant by the wall clock, for when the boot has changed. */
  beganAtMs: z.number().nonnegative(),
  /** Fragments before this offset were given up. */
  trimmedTo: z.int().nonnegative(),
  /** Why there was none before it, where that is known. */
  gapReason: z.string().max(64).optional(),
  /** How its camera's clock runs, where that was measured. */
  drift: z
    .object({ fromMs: z.number(), fromLagMs: z.number(), toMs: z.number(), toLagMs: z.number() })
    .optional(),
  /** Offsets of the fragments in which its camera's clock jumps ahead, as was seen when they came. */
  jumps: z.array(z.int().nonnegative()).optional(),
  /** The UDP port to which its FFmpeg sends the same pictures as they come, where it does. */
  lowDelayPort: z.int().positive().optional(),
  process: z.object({ bootId: z.string(), pid: z.int(), startTicks: z.number() }),
});
export type PartRecord = z.infer<typeof PartRecord>;

/** Matches no process. */
const NOBODY: PartRecord['process'] = { bootId: '', pid: 0, startTicks: 0 };

export function partPath(folder: string, number: number): string {
  return join(folder, `part-${String(number)}.mp4`);
}

function recordPath(folder: string, number: number): string {
  return join(folder, `part-${String(number)}.json`);
}

/** The record of a part that has no place in time yet. */
export function createPartRecord(number: number, process: PartRecord['process']): PartRecord {
  return { number, bootId: readBootId(), beganMonotonicMs: 0, beganAtMs: 0, trimmedTo: 0, process };
}

/**
 * Whether a power cut or a reboot ended the writer of that part, given the records of all: it is the last of its boot. The
 * ones before it were synced before the next began.
 */
export function wasCutOff(record: PartRecord, records: readonly PartRecord[]): boolean {
  const next = records.find(({ number }) => number > record.number);
  const { bootId } = record.process;
  return bootId !== readBootId() && bootId !== next?.process.bootId;
}

export async function savePartRecord(folder: string, record: PartRecord): Promise<void> {
  await writeFileAtomic(recordPath(folder, record.number), JSON.stringify(record));
}

/**
 * The records of all parts of a folder, in order; none where there is no folder. A part whose record is missing or
 * can't be read is as good as any other: its place in time follows from the file. So is one of which there is nothing yet
 * but its writer.
 */
export async function loadPartRecords(folder: string): Promise<PartRecord[]> {
  const writers = findWriters(folder);
  const numbers = new Set([...(await listPartNumbers(folder)), ...writers.keys()]);
  const ordered = [...numbers].sort((a, b) => a - b);
  return Promise.all(ordered.map((number) => loadRecord(folder, number, writers.get(number) ?? NOBODY)));
}

/** The numbers of the parts that a folder has on the disk. */
export async function listPartNumbers(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch(() => []);
  const numbers = names.flatMap((name) => /^part-([1-9]\d{0,5})\.(?:mp4|json)$/.exec(name)?.[1] ?? []);
  return [...new Set(numbers.map(Number))];
}

async function loadRecord(
  folder: string,
  number: number,
  writer: PartRecord['process'],
): Promise<PartRecord> {
  try {
    const record = PartRecord.parse(JSON.parse(await readFile(recordPath(folder, number), 'utf8')));
    return { ...record, number };
  } catch {
    return createPartRecord(number, writer);
  }
}

export async function removePart(folder: string, number: number): Promise<void> {
  await rm(partPath(folder, number), { force: true });
  await rm(recordPath(folder, number), { force: true });
}
