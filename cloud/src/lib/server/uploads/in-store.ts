/** What the store says of an upload that our rows know. */
import type { UploadCompleteRequest } from '@padelvar/shared/edge-api';
import { AppError } from '@padelvar/shared/errors';
import type { ObjectHead, ObjectStore, StoredPart } from '../storage/object-store.ts';
import type { UploadRow } from './upload-rows.ts';

/** `whole` where it was completed; undefined where the store knows nothing of it. */
export async function findParts(
  store: ObjectStore,
  row: UploadRow,
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

/**
 * An object that is there although the upload is still open here was verified and completed before a crash kept
 * us from writing it down: objects come into being in no other way. `prepare` runs before it is completed.
 */
export async function completeInStore(
  store: ObjectStore,
  row: UploadRow,
  { totalBytes, parts }: UploadCompleteRequest,
  prepare: () => Promise<void>,
): Promise<ObjectHead> {
  let head = await store.head(row.object_key);
  if (head === undefined) {
    await prepare();
    head = await store.complete(row.object_key, row.upload_id, parts);
  }
  if (head.bytes === totalBytes) return head;
  throw new AppError('conflict', `expected ${totalBytes} stored bytes, found ${head.bytes}`);
}
