/** Clips that stay when their match expires, and the objects of their own that they have from then on. */
import type { Kysely } from 'kysely';
import { INSTANT, WHOLE } from '../column-types.ts';

export async function createKeptClips(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('clip')
    .addColumn('kept', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  // No reference: a row stays until its objects are gone, whatever became of clip and match.
  await db.schema
    .createTable('clip_copy')
    .addColumn('clip_id', 'text', (column) => column.primaryKey())
    .addColumn('session_id', 'text', (column) => column.notNull())
    .addColumn('object_key', 'text', (column) => column.notNull())
    .addColumn('upload_id', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('bytes', WHOLE, (column) => column.notNull())
    .addColumn('thumbnail_key', 'text')
    .addColumn('thumbnail_bytes', WHOLE)
    .addColumn('created_at', INSTANT, (column) => column.notNull())
    .execute();
  await db.schema.createIndex('clip_copy_session').on('clip_copy').column('session_id').execute();
}
