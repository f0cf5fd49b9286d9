/** Uploads that the store holds and nobody here knows: what a crash left between the store's answer and our row. */
import type { Db } from '../db/database.ts';
import type { ListedUpload, ObjectStore } from '../storage/object-store.ts';

export interface UnknownUploadsOptions {
  db: Db;
  store: ObjectStore;
  /** Unix milliseconds; younger ones may be about to be known. */
  before: number;
}

/** Those that were begun before then. */
export async function* listUnknown({
  db,
  store,
  before,
}: UnknownUploadsOptions): AsyncGenerator<ListedUpload> {
  const known = await listKnownIds(db);
  for await (const upload of store.listUploads()) {
    if (!known.has(upload.uploadId) && upload.startedAt < before) yield upload;
  }
}

/** Answers how many were given up. */
export async function abortUnknown(options: UnknownUploadsOptions): Promise<number> {
  let aborted = 0;
  for await (const { key, uploadId } of listUnknown(options)) {
    await options.store.abort(key, uploadId);
    aborted += 1;
  }
  return aborted;
}

/** Of matches, of payloads and movies beside them, and of clips that are being copied. */
async function listKnownIds(db: Db): Promise<Set<string>> {
  const isOpen = ['state', '=', 'open'] as const;
  const rows = await Promise.all([
    db
      .selectFrom('upload')
      .select('upload_id')
      .where(...isOpen)
      .execute(),
    db.selectFrom('first_payload').select('payload_upload_id as upload_id').execute(),
    db
      .selectFrom('further_movie')
      .select('upload_id')
      .where(...isOpen)
      .execute(),
    db
      .selectFrom('clip_copy')
      .select('upload_id')
      .where(...isOpen)
      .execute(),
  ]);
  return new Set(rows.flat().map((row) => row.upload_id));
}
