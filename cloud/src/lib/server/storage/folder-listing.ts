/** All objects below a folder. What is being written aside is none. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isObjectKey } from './object-key.ts';
import type { ListedObject } from './object-store.ts';

const ASIDE = /\.part$/;

export async function* listFolderObjects(root: string, parent = ''): AsyncGenerator<ListedObject> {
  const entries = await readdir(join(root, parent), { withFileTypes: true }).catch(noneIfAbsent);
  for (const entry of entries) {
    const key = parent === '' ? entry.name : `${parent}/${entry.name}`;
    if (entry.isDirectory()) yield* listFolderObjects(root, key);
    else if (isObjectKey(key) && !ASIDE.test(key)) {
      const facts = await stat(join(root, key)).catch(() => undefined);
      if (facts !== undefined) yield { key, bytes: facts.size, modifiedAt: facts.mtimeMs };
    }
  }
}

function noneIfAbsent(error: unknown): never[] {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
  throw error;
}
