/**
 * The store as a folder of this machine, which the portal serves itself: `objects/<key>` holds what is whole,
 * `uploads/<uploadId>/` what is arriving. Addresses are signed, so the handler needs no login.
 */
import { readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '@padelvar/shared/errors';
import { MAX_UPLOAD_PARTS, UPLOAD_PART_BYTES } from '@padelvar/shared/limits';
import type { Clock } from '../clock.ts';
import { makeFolderDurably, renameDurably, writeFileDurably } from './durable.ts';
import { callFolder, requireFolder } from './folder-failure.ts';
import { listFolderObjects } from './folder-listing.ts';
import { requireObjectKey } from './object-key.ts';
import type { ListedObject, ObjectHead, ObjectStore, StoredPart } from './object-store.ts';
import { createStorageProbe } from './storage-probe.ts';
import { createUploadFolders } from './upload-folders.ts';
import { createUrlSigner } from './url-signer.ts';
import type { UrlSigner } from './url-signer.ts';

export interface FolderStoreOptions {
  /** Absolute, and there: a folder that is gone is a disk that is gone. */
  root: string;
  /** The installation's secret, kept between starts: links signed before a restart stay good. */
  secret: string;
  clock: Pick<Clock, 'nowMs' | 'monotonicMs'>;
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
  const head = async (key: string): Promise<ObjectHead | undefined> => {
    const found = await findObject(key);
    return found && { bytes: found.bytes, etag: found.etag };
  };

  const complete = async (
    key: string,
    uploadId: string,
    parts: readonly StoredPart[],
  ): Promise<ObjectHead | undefined> => {
    const upload = await uploads.find(key, uploadId);
    if (upload === undefined) return head(key);
    const { path } = await upload.seal(parts);
    await makeFolderDurably(root, dirname(objectPath(key)));
    await renameDurably(path, objectPath(key));
    await uploads.remove(uploadId);
    return head(key);
  };

  const put: ObjectStore['put'] = ({ key, body }) =>
    callFolder('store a file', async () => {
      await requireFolder(root);
      await makeFolderDurably(root, dirname(objectPath(key)));
      await writeFileDurably(objectPath(key), body);
    });

  const writePart: FolderStore['writePart'] = (key, uploadId, part, body) =>
    callFolder('take a part', async () => {
      requireBounds(part);
      await (await uploads.get(key, uploadId)).writePart(part, body);
    });

  return {
    signer,
    findObject,
    createUpload: (key) =>
      callFolder('take a new video', async () => {
        await requireFolder(root);
        return uploads.create(requireObjectKey(key));
      }),
    signPart(part) {
      requireBounds(part);
      return Promise.resolve(signer.signPart(part, clock.nowMs()));
    },
    listParts: (key, uploadId) =>
      callFolder('list the parts of a video', async () => (await uploads.get(key, uploadId)).list()),
    writePart,
    putPart: (key, uploadId, part, body) =>
      writePart(key, uploadId, part, new Blob([new Uint8Array(body)]).stream()),
    complete: (key, uploadId, parts) =>
      callFolder('complete a video', async () => {
        const found = await complete(key, uploadId, parts);
        if (found === undefined) throw new AppError('not_found', 'expected an open upload');
        return found;
      }),
    abort: (key, uploadId) =>
      callFolder('give an upload up', async () => {
        const upload = await uploads.find(key, uploadId);
        await upload?.close();
        if (upload !== undefined) await uploads.remove(uploadId);
      }),
    head: (key) => callFolder('look for a video', () => head(key)),
    signGet: (link) => Promise.resolve(signer.signGet(link, clock.nowMs())),
    delete: (key) => callFolder('delete a video', () => rm(objectPath(key), { force: true })),
    put,
    read: (key, maxBytes) =>
      callFolder('read a file', async () => {
        const found = await findObject(key);
        if (found === undefined || found.bytes <= maxBytes) return found && readFile(found.path);
        throw new AppError('too_large', `expected at most ${maxBytes} stored bytes`);
      }),
    list: () => listFolderObjects(join(root, 'objects')),
    listOldVersions: listNone,
    listUploads: () => uploads.list(),
    check: createStorageProbe({ clock, put, read: async (key) => (await head(key))?.bytes }),
  };
}

// eslint-disable-next-line @typescript-eslint/require-await -- a folder keeps no versions: there is nothing to wait for
async function* listNone(): AsyncGenerator<ListedObject> {
  yield* [];
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
