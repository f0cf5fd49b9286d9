/**
 * One open upload in the folder store: a sparse file in which part n stands at (n - 1) times the part size, so
 * that completing it copies nothing, and the journal of the parts that are whole.
 */
import { open, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@padelvar/shared/errors';
import { z } from 'zod';
import { syncFolder } from './durable.ts';
import type { StoredPart } from './object-store.ts';
import { loadPartJournal } from './part-journal.ts';
import type { PartJournal } from './part-journal.ts';
import { writePartBody } from './part-writer.ts';

export interface FolderUpload {
  readonly key: string;
  list(): StoredPart[];
  /** The newest sender of a part wins: an older one of the same part is cut off first. */
  writePart(part: StoredPart, body: ReadableStream<Uint8Array>): Promise<void>;
  /**
   * Ends all writing and makes the file exactly these parts. AppError `conflict` where it does not hold them;
   * it is then open again.
   */
  seal(parts: readonly StoredPart[]): Promise<{ path: string }>;
  /** Ends all writing, for good. */
  close(): Promise<void>;
}

const Facts = z.object({ key: z.string() });

/** Lays a new upload out in an empty folder. */
export async function createFolderUpload(folder: string, key: string): Promise<void> {
  const facts = JSON.stringify({ key } satisfies z.infer<typeof Facts>);
  for (const [name, text] of Object.entries({ data: '', 'parts.log': '', 'upload.json': facts })) {
    const file = await open(join(folder, name), 'wx', 0o600);
    await file.writeFile(text);
    await file.sync();
    await file.close();
  }
  await syncFolder(folder);
}

/** The upload in this folder, or undefined where there is none or it has been completed. */
export async function findFolderUpload(folder: string, partBytes: number): Promise<FolderUpload | undefined> {
  try {
    await (await open(join(folder, 'data'), 'r')).close();
    const { key } = Facts.parse(JSON.parse(await readFile(join(folder, 'upload.json'), 'utf8')));
    const journal = await loadPartJournal(join(folder, 'parts.log'));
    return openFolderUpload({ key, path: join(folder, 'data'), journal, partBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

interface Writer {
  cut: AbortController;
  done: Promise<void>;
}

interface Options {
  key: string;
  path: string;
  journal: PartJournal;
  partBytes: number;
}

function openFolderUpload({ key, path, journal, partBytes }: Options): FolderUpload {
  const writers = new Map<number, Writer>();
  let closed = false;

  const write = async (
    part: StoredPart,
    body: ReadableStream<Uint8Array>,
    signal: AbortSignal,
  ): Promise<void> => {
    const offset = (part.partNumber - 1) * partBytes;
    await journal.remove(part.partNumber);
    await writePartBody(path, { offset, bytes: part.bytes, md5: part.md5, body, signal });
    await journal.add(part);
  };
  const close = async (): Promise<void> => {
    closed = true;
    for (const { cut } of writers.values()) cut.abort();
    await Promise.all([...writers.values()].map(({ done }) => done));
  };

  return {
    key,
    list: () => journal.list(),
    async writePart(part, body) {
      for (let older = writers.get(part.partNumber); older; older = writers.get(part.partNumber)) {
        older.cut.abort();
        await older.done;
      }
      if (closed) throw new AppError('not_found', 'expected an open upload');
      const cut = new AbortController();
      const work = write(part, body, cut.signal);
      const done = work.catch(() => undefined).finally(() => writers.delete(part.partNumber));
      writers.set(part.partNumber, { cut, done });
      await work.finally(() => done);
    },
    async seal(parts) {
      if (closed) throw new AppError('conflict', 'this upload is being completed');
      await close();
      try {
        requireSameParts(journal.list(), parts, partBytes);
        await cutToLength(
          path,
          parts.reduce((sum, { bytes }) => sum + bytes, 0),
        );
      } catch (error) {
        closed = false;
        throw error;
      }
      return { path };
    },
    close,
  };
}

/** Parts 1 to n without a hole, all but the last of full size, each as it was written. */
function requireSameParts(
  found: readonly StoredPart[],
  expected: readonly StoredPart[],
  partBytes: number,
): void {
  const byNumber = new Map(found.map((part) => [part.partNumber, part]));
  const wrong = expected.filter((part, index) => {
    const held = byNumber.get(part.partNumber);
    const full = index === expected.length - 1 || part.bytes === partBytes;
    return part.partNumber !== index + 1 || !full || held?.bytes !== part.bytes || held.md5 !== part.md5;
  });
  if (expected.length > 0 && wrong.length === 0) return;
  const partNumbers = wrong.map(({ partNumber }) => partNumber);
  throw new AppError('conflict', `expected every part whole, found others: ${partNumbers.join(', ')}`, {
    details: { partNumbers },
  });
}

async function cutToLength(path: string, bytes: number): Promise<void> {
  await truncate(path, bytes);
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
