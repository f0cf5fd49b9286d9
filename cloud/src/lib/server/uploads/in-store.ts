/** What the store says of an upload that our rows know. */
import type { UploadCompleteRequest } from '@padelvar/shared/edge-api';
import { AppError } from '@padelvar/shared/errors';
import type { ObjectHead, ObjectStore, StoredPart } from '../storage/object-store.ts';

/** A row of an upload, of a match or of a movie beside one. */
export interface UploadRef {
  object_key: string;
  upload_id: string;
}

/** `whole` where it was completed; undefined where the store knows nothing of it. */
export async function findParts(
  store: ObjectStore,
  row: UploadRef,
): Promise<StoredPart[] | 'whole' | undefined> {
  // Services may go on listing what they have completed.
  if ((await store.head(row.object_key)) !== undefined) return 'whole';
  try {
    return await store.listParts(row.object_key, row.upload_id);
  } catch (error) {
    if (!(error instanceof AppError) || error.kind !== 'not_found') throw error;
    return undefined;
  }
}

export interface Completion {
  /** Before it is completed. */
  prepare?: () => Promise<void>;
  /** Gives upload and object up, so that the next opening begins another. */
  startOver: () => Promise<void>;
}

/**
 * An object that is there although the upload is still open here was verified and completed before a crash kept
 * us from writing it down: objects come into being in no other way. One of another size is none of that kind and stays in
 * nobody's way. AppError `storage_failing` where the store does not hold what it took.
 */
export async function completeInStore(
  store: ObjectStore,
  row: UploadRef,
  { totalBytes, parts }: Pick<UploadCompleteRequest, 'totalBytes' | 'parts'>,
  { prepare, startOver }: Completion,
): Promise<ObjectHead> {
  let head = await store.head(row.object_key);
  if (head === undefined) {
    await prepare?.();
    head = await store.complete(row.object_key, row.upload_id, parts).catch(blameStore);
  }
  if (head.bytes === totalBytes) return head;
  await startOver();
  throw new AppError('storage_failing', `expected ${totalBytes} stored bytes, found ${head.bytes}`);
}

/** Each part was taken from its device as it was signed: one that is missing or different was lost or changed there. */
function blameStore(error: unknown): never {
  if (!(error instanceof AppError) || error.kind !== 'conflict') throw error;
  const { message, details } = error;
  throw new AppError('storage_failing', message, { cause: error, details });
}
