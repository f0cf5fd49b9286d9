/** Payloads of parts 1 that are in the store before their headers are known. */
import type { Kysely } from 'kysely';

export async function createFirstPayload(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('first_payload')
    .addColumn('session_id', 'text', (column) => column.primaryKey())
    .addColumn('upload_id', 'text', (column) => column.notNull())
    .addColumn('payload_upload_id', 'text', (column) => column.notNull())
    .addColumn('object_key', 'text', (column) => column.notNull())
    .execute();
}
