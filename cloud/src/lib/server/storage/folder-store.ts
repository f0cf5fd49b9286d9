/**
 * The store as a folder of this machine, which the portal serves itself: `objects/<key>` holds what is whole,
 * `uploads/<uploadId>/` what is arriving. Addresses are signed, so the handler needs no login.
 */
import { open, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '@padelvar/shared/errors';
import { MAX_UPLOAD_PARTS, UPLOAD_PART_BYTES } from '@padelvar/shared/limits';
import type { Clock } from '../clock.ts';
import { makeFolderDurably, renameDurably } from './durable.ts';
import { requireObjectKey } from './object-key.ts';
import type { ObjectHead, ObjectStore, StoredPart } from './object-store.ts';
import { createUploadFolders } from './upload-folders.ts';
import { createUrlSigner } from './url-signer.ts';
import type { UrlSigner } from './url-signer.ts';

export interface FolderStoreOptions {
  /** Absolute. Made when first needed. */
  root: string;
  /** The installation's secret, kept between starts: links signed before a restart stay good. */
  secret: string;
  clock: Pick<Clock, 'nowMs'>;
  /** Where the handler is mounted. */
  basePath?: string;
}

export interface StoredObject extends ObjectHead {
  path: string;
}

export interface FolderStore extends ObjectStore {
  /** For the handler that serves this store. */
  readonly signer: UrlSigner;
  findObject(key: string): Promise<StoredObject | undefined>;
  writePart(key: string, uploadId: string, part: StoredPart, body: ReadableStream<Uint8Array>): Promise<void>;
}

export const STORE_PATH = '/api/store';

export function createFolderStore(options: FolderStoreOptions): FolderStore {
  const { root, clock } = options;
  const signer = createUrlSigner({ ...options, basePath: options.basePath ?? STORE_PATH });
  const uploads = createUploadFolders(join(root, 'uploads'));
  const objectPath = (key: string): string => join(root, 'objects', ...requireObjectKey(key).split('/'));
  const findObject = async (key: string): Promise<StoredObject | undefined> => {
    const path = objectPath(key);
    const etag = await findEtag(path);
    return etag === undefined ? undefined : { path, ...etag };
  };
  let probe: Promise<boolean> | undefined;
  const requireObject = async (key: string): Promise<ObjectHead> => {
    const found = await findObject(key);
    if (found === undefined) throw new AppError('internal', 'a completed object is not there');
    return { bytes: found.bytes, etag: found.etag };
  };

  return {
    signer,
    findObject,
    createUpload: (key) => uploads.create(requireObjectKey(key)),
    signPart(part) {
      requireBounds(part);
      return Promise.resolve(signer.signPart(part, clock.nowMs()));
    },
    listParts: async (key, uploadId) => (await uploads.get(key, uploadId)).list(),
    async writePart(key, uploadId, part, body) {
      requireBounds(part);
      await (await uploads.get(key, uploadId)).writePart(part, body);
    },
    async complete(key, uploadId, parts) {
      const { path } = await (await uploads.get(key, uploadId)).seal(parts);
      await makeFolderDurably(root, dirname(objectPath(key)));
      await renameDurably(path, objectPath(key));
      await uploads.remove(uploadId);
      return requireObject(key);
    },
    async abort(key, uploadId) {
      const upload = await uploads.find(key, uploadId);
      await upload?.close();
      if (upload !== undefined) await uploads.remove(uploadId);
    },
    async head(key) {
      const found = await findObject(key);
      return found === undefined ? undefined : { bytes: found.bytes, etag: found.etag };
    },
    signGet: (link) => Promise.resolve(signer.signGet(link, clock.nowMs())),
    async delete(key) {
      await rm(objectPath(key), { force: true });
    },
    // Anybody may ask, however often: one writes at a time, and all who ask meanwhile get its answer.
    isHealthy: () => (probe ??= canWrite(root).finally(() => (probe = undefined))),
  };
}

function requireBounds({ partNumber, bytes }: { partNumber: number; bytes: number }): void {
  if (partNumber < 1 || partNumber > MAX_UPLOAD_PARTS || bytes < 1 || bytes > UPLOAD_PART_BYTES) {
    throw new AppError('bad_request', `expected a part of 1 to ${UPLOAD_PART_BYTES} bytes`);
  }
}

/** Objects never change under their key, so size and time of writing tell versions apart. */
async function findEtag(path: string): Promise<ObjectHead | undefined> {
  try {
    const facts = await stat(path, { bigint: true });
    if (!facts.isFile()) return undefined;
    return {
      bytes: Number(facts.size),
      etag: `"${facts.size.toString(36)}-${facts.mtimeNs.toString(36)}"`,
    };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

async function canWrite(root: string): Promise<boolean> {
  const path = join(root, '.probe');
  try {
    await makeFolderDurably(dirname(root), root);
    await writeFile(path, 'probe');
    await (await open(path, 'r')).close();
    return true;
  } catch {
    return false;
  }
}
