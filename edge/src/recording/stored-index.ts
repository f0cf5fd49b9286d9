/** The files beside a movie by which its stored object is streamed, made while its parts are still as they were written. */
import { join } from 'node:path';
import type { FragmentIndex } from '@padelvar/shared/side-files';
import { writeFileAtomic } from '../base/atomic-file.ts';
import { renameHvc1 } from '../mp4/sample-entry.ts';
import type { PlannedIndex } from './fragment-index.ts';

/** Both lie in the recording's folder under the names by which the portal knows them. */
export function sideFilePath(folder: string, name: string): string {
  return join(folder, name);
}

export async function writeStoredIndex(
  folder: string,
  { runs, inits }: PlannedIndex,
  totalBytes: number,
  readPart: (part: number, offset: number, length: number) => Promise<Buffer>,
): Promise<void> {
  const segments: Uint8Array[] = [];
  for (const { part, bytes } of inits) segments.push(renameHvc1(await readPart(part, 0, bytes)));
  const index: FragmentIndex = { v: 1, totalBytes, runs };
  await writeFileAtomic(sideFilePath(folder, 'init.mp4'), Buffer.concat(segments));
  await writeFileAtomic(sideFilePath(folder, 'index.json'), JSON.stringify(index));
}
