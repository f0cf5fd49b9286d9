/**
 * Whether the folder for videos is the one that belongs to this device. A file in it carries a number that is kept beside
 * the device's identity too: a disk that is not mounted shows an empty folder on the system disk, without the file.
 * To take a new disk into use, remove `identity/media-id`.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@padelvar/shared/errors';
import { writeFileAtomic } from '../base/atomic-file.ts';

export type MediaTrouble = 'missing' | 'replaced';

export interface MediaFolder {
  /** When last looked at. */
  readonly trouble: MediaTrouble | undefined;
  look(): Promise<MediaTrouble | undefined>;
  /** Looks; rejects with AppError `media_missing`. */
  require(): Promise<void>;
}

export interface MediaFolderOptions {
  /** `videos/` of the data folder. */
  folder: string;
  identityFolder: string;
}

/** The first time, the folder gets its number, or is taken with the one it has. */
export async function openMediaFolder({ folder, identityFolder }: MediaFolderOptions): Promise<MediaFolder> {
  const storedPath = join(identityFolder, 'media-id');
  const stored = await findId(storedPath);
  const expected = stored ?? (await takeFolder(folder));
  if (stored === undefined) await writeFileAtomic(storedPath, expected);
  let device: number | undefined;
  let trouble: MediaTrouble | undefined;

  async function look(): Promise<MediaTrouble | undefined> {
    const found = await findId(markPath(folder));
    const on = await stat(folder).then(
      ({ dev }) => dev,
      () => undefined,
    );
    if (found === undefined || on === undefined) return (trouble = 'missing');
    if (found !== expected) return (trouble = 'replaced');
    device ??= on;
    return (trouble = on === device ? undefined : 'replaced');
  }

  await look();
  return {
    get trouble() {
      return trouble;
    },
    look,
    async require() {
      const found = await look();
      if (found === undefined) return;
      const what = found === 'missing' ? 'none (is its disk mounted?)' : 'another one';
      throw new AppError('media_missing', `Expected the folder for videos of this device, found ${what}.`, {
        details: { media: found },
      });
    },
  };
}

function markPath(folder: string): string {
  return join(folder, '.padelvar-media');
}

async function takeFolder(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const known = await findId(markPath(folder));
  const id = known ?? randomUUID();
  if (known === undefined) await writeFileAtomic(markPath(folder), id);
  return id;
}

async function findId(path: string): Promise<string | undefined> {
  try {
    const id = (await readFile(path, 'utf8')).trim();
    return id === '' ? undefined : id;
  } catch {
    return undefined;
  }
}
