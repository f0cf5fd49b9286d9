/** Uploads that the store holds and nobody here knows: what a crash left between the store's answer and our row. */
import type { Db } from '../db/database.ts';
import type { ObjectStore } from '../storage/object-store.ts';

export interface UnknownUploadsOptions {
  db: Db;
  store: ObjectStore;
  /** Unix milliseconds; younger ones may be about to be known. */
  before: number;
}

/** Answers how many were given up. */
export async function abortUnknown({ db, store, before }: UnknownUploadsOptions): Promise<number> {
  const rows = await db.selectFrom('upload').select('upload_id').where('state', '=', 'open').execute();
  const payloads = await db.selectFrom('first_payload').select('payload_upload_id as upload_id').execute();
  const known = new Set([...rows, ...payloads].map((row) => row.upload_id));
  const further = await db
    .selectFrom('further_movie')
    .select('upload_id')
    .where('state', '=', 'open')
    .execute();
  for (const row of further) known.add(row.upload_id);
  let aborted = 0;
  for await (const { key, uploadId, startedAt } of store.listUploads()) {
    if (known.has(uploadId) || startedAt >= before) continue;
    await store.abort(key, uploadId);
    aborted += 1;
  }
  return aborted;
}
