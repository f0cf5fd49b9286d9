/**
 * Which parts of an open upload are whole: an append-only file beside the bytes, one JSON line for each part that
 * arrived and one for each that is being sent again. A line counts once it is on disk; a torn one does not.
 */
import { open, readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { StoredPart } from './object-store.ts';

const Line = z.object({ partNumber: z.int().positive(), bytes: z.int().nonnegative(), md5: z.string() });

export interface PartJournal {
  list(): StoredPart[];
  /** After the bytes are on disk. */
  add(part: StoredPart): Promise<void>;
  /** Before the bytes are written over. */
  remove(partNumber: number): Promise<void>;
}

export async function loadPartJournal(path: string): Promise<PartJournal> {
  const parts = parseJournal(await readFile(path, 'utf8'));
  let last: Promise<unknown> = Promise.resolve();
  const append = (line: StoredPart): Promise<void> => {
    const done = last.then(() => appendLine(path, line));
    last = done.catch(() => undefined);
    return done;
  };
  return {
    list: () => [...parts.values()].sort((a, b) => a.partNumber - b.partNumber),
    async add(part) {
      await append(part);
      parts.set(part.partNumber, part);
    },
    async remove(partNumber) {
      if (!parts.has(partNumber)) return;
      await append({ partNumber, bytes: 0, md5: '' });
      parts.delete(partNumber);
    },
  };
}

function parseJournal(text: string): Map<number, StoredPart> {
  const parts = new Map<number, StoredPart>();
  for (const line of text.split('\n')) {
    const part = parseLine(line);
    if (part === undefined) continue;
    if (part.bytes === 0) parts.delete(part.partNumber);
    else parts.set(part.partNumber, part);
  }
  return parts;
}

function parseLine(line: string): StoredPart | undefined {
  try {
    return Line.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

/** A line feed on both sides, so that a torn line before it spoils nothing. */
async function appendLine(path: string, line: StoredPart): Promise<void> {
  const file = await open(path, 'a', 0o600);
  try {
    await file.appendFile(`\n${JSON.stringify(line)}\n`);
    await file.datasync();
  } finally {
    await file.close();
  }
}
