/**
 * Removes a recording: its movies, then its folder. The folder's name is the mark: from its change on the recording is gone,
 * and what a crash leaves of it is removed by the next daemon. No step needs room on the disk.
 */
import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parseSessionId } from '@padelvar/shared/ids';
import { syncFolder } from '../base/atomic-file.ts';
import { listFolders, recordingPaths } from './folder.ts';
import type { RecordingPaths } from './folder.ts';

/** No session has such an id. */
const REMOVED = '.removed';

export async function removeRecording(paths: RecordingPaths): Promise<void> {
  for (const step of removalSteps(paths)) await step();
}

/** In their order; each may be repeated, and leaves what it does on the disk before the next begins. */
export function removalSteps({ folder, movie }: RecordingPaths): (() => Promise<void>)[] {
  const club = dirname(folder);
  const durably = (change: () => Promise<void>) => async (): Promise<void> => {
    await change();
    await ignoreMissing(syncFolder(club));
  };
  return [
    durably(() => ignoreMissing(rename(folder, folder + REMOVED))),
    durably(() => removeMovies(movie)),
    durably(() => rm(folder + REMOVED, { recursive: true, force: true })),
  ];
}

/** What an earlier daemon began to remove. `onFailed`: one that could not be removed keeps no other. */
export async function finishRemovals(
  dataDir: string,
  onFailed: (folder: string, error: unknown) => void,
): Promise<void> {
  for (const clubId of await listFolders(join(dataDir, 'videos')))
    for (const name of await listFolders(join(dataDir, 'videos', clubId))) {
      const sessionId = name.endsWith(REMOVED) ? name.slice(0, -REMOVED.length) : '';
      if (parseSessionId(sessionId)?.clubId !== clubId) continue;
      const paths = recordingPaths(dataDir, clubId, sessionId);
      await removeRecording(paths).catch((error: unknown) => onFailed(paths.folder, error));
    }
}

/** `<sessionId>.mp4`, those beside it with a number, and halves of either: a removal that was broken off leaves any of them. */
async function removeMovies(movie: string): Promise<void> {
  const club = dirname(movie);
  const stem = basename(movie, '.mp4');
  for (const name of await readdir(club).catch(() => [])) {
    const isMovie = name.startsWith(stem) && /^(?:\.[0-9]+)?\.mp4(?:\.new)?$/.test(name.slice(stem.length));
    if (isMovie) await rm(join(club, name), { force: true });
  }
}

async function ignoreMissing(change: Promise<void>): Promise<void> {
  await change.catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  });
}
