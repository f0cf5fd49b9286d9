/** What is stored beside a movie, as it lies in the recording's folder. */
import { readFile, stat } from 'node:fs/promises';
import { SIDE_FILE_MAX_BYTES, SideFileName } from '@padelvar/shared/side-files';
import { sideFilePath } from './stored-index.ts';

/** Those that are there and not too large to be taken. */
export async function listSideFiles(folder: string): Promise<SideFileName[]> {
  const found: SideFileName[] = [];
  for (const name of SideFileName.options) {
    const size = await stat(sideFilePath(folder, name)).then(
      (stats) => stats.size,
      () => 0,
    );
    if (size > 0 && size <= SIDE_FILE_MAX_BYTES[name]) found.push(name);
  }
  return found;
}

export function readSideFile(folder: string, name: SideFileName): Promise<Buffer> {
  return readFile(sideFilePath(folder, name));
}
