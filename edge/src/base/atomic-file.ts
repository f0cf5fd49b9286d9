/** Files that are whole or absent: written aside, synced, renamed, and the folder synced. */
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Mode defaults to 0600: what the daemon writes is nobody else's. */
export async function writeFileAtomic(path: string, data: string | Uint8Array, mode = 0o600): Promise<void> {
  const aside = `${path}.new`;
  const file = await open(aside, 'w', mode);
  try {
    await file.writeFile(data);
    await file.sync();
  } finally {
    await file.close();
  }
  await renameDurably(aside, path);
}

/** Renames within one folder and syncs that folder. */
export async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncFolder(dirname(to));
}

export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
