/** Folders and renames that survive a power cut. */
import { mkdir, open, rename } from 'node:fs/promises';
import { dirname, relative, sep, join } from 'node:path';

/** Makes `path` below `root`, and syncs each folder on the way to it. */
export async function makeFolderDurably(root: string, path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  let folder = root;
  await syncFolder(folder);
  for (const name of relative(root, path).split(sep)) {
    folder = join(folder, name);
    await syncFolder(folder);
  }
}

/** Renames and syncs both folders. */
export async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncFolder(dirname(to));
  await syncFolder(dirname(from));
}

export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
