/** The open uploads of the folder store, a folder each. Each is loaded once, so that its writers know of one another. */
import { randomUUID } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@padelvar/shared/errors';
import { UPLOAD_PART_BYTES } from '@padelvar/shared/limits';
import { makeFolderDurably } from './durable.ts';
import { createFolderUpload, findFolderUpload } from './folder-upload.ts';
import type { FolderUpload } from './folder-upload.ts';
import type { ListedUpload } from './object-store.ts';

const UPLOAD_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface UploadFolders {
  create(key: string): Promise<{ uploadId: string }>;
  find(key: string, uploadId: string): Promise<FolderUpload | undefined>;
  get(key: string, uploadId: string): Promise<FolderUpload>;
  remove(uploadId: string): Promise<void>;
  list(): AsyncIterable<ListedUpload>;
}

export function createUploadFolders(root: string): UploadFolders {
  const loaded = new Map<string, Promise<FolderUpload | undefined>>();
  const load = (uploadId: string): Promise<FolderUpload | undefined> => {
    const known = loaded.get(uploadId);
    if (known !== undefined) return known;
    const found = findFolderUpload(join(root, uploadId), UPLOAD_PART_BYTES);
    loaded.set(uploadId, found);
    const forget = (): void => void loaded.delete(uploadId);
    found.then((upload) => {
      if (upload === undefined) forget();
    }, forget);
    return found;
  };
  const find = async (key: string, uploadId: string): Promise<FolderUpload | undefined> => {
    const upload = UPLOAD_ID.test(uploadId) ? await load(uploadId) : undefined;
    return upload?.key === key ? upload : undefined;
  };

  return {
    find,
    async create(key) {
      const uploadId = randomUUID();
      await makeFolderDurably(root, join(root, uploadId));
      await createFolderUpload(join(root, uploadId), key);
      return { uploadId };
    },
    async get(key, uploadId) {
      const upload = await find(key, uploadId);
      if (upload === undefined) throw new AppError('not_found', 'expected an open upload');
      return upload;
    },
    async remove(uploadId) {
      await rm(join(root, uploadId), { recursive: true, force: true });
      loaded.delete(uploadId);
    },
    async *list() {
      const names = await readdir(root).catch(() => []);
      for (const uploadId of names.filter((name) => UPLOAD_ID.test(name))) {
        const upload = await load(uploadId);
        if (upload === undefined) continue;
        const { birthtimeMs } = await stat(join(root, uploadId, 'upload.json'));
        yield { key: upload.key, uploadId, startedAt: birthtimeMs };
      }
    },
  };
}
