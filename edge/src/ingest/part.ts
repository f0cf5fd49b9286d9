/** A part on disk: the growing file and the record beside it that lets a later daemon place and adopt it. */
import { readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../base/atomic-file.ts';

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
  process: z.object({ bootId: z.string(), pid: z.int(), startTicks: z.number() }),
});
export type PartRecord = z.infer<typeof PartRecord>;

export function partPath(folder: string, number: number): string {
  return join(folder, `part-${String(number)}.mp4`);
}

function recordPath(folder: string, number: number): string {
  return join(folder, `part-${String(number)}.json`);
}

export async function savePartRecord(folder: string, record: PartRecord): Promise<void> {
  await writeFileAtomic(recordPath(folder, record.number), JSON.stringify(record));
}

/** All part records of a folder, in order. A record that can't be read is left out: its part has no place in time. */
export async function loadPartRecords(folder: string): Promise<PartRecord[]> {
  const names = (await readdir(folder)).filter((name) => /^part-\d+\.json$/.test(name));
  const parsed = await Promise.all(names.map((name) => loadRecord(join(folder, name))));
  return parsed.filter((record) => record !== undefined).sort((a, b) => a.number - b.number);
}

async function loadRecord(path: string): Promise<PartRecord | undefined> {
  try {
    return PartRecord.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}

export async function removePart(folder: string, number: number): Promise<void> {
  await rm(partPath(folder, number), { force: true });
  await rm(recordPath(folder, number), { force: true });
}
