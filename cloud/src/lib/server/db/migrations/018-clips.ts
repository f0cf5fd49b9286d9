/** Clips of a movie, and links that share one of them only. */
import type { Kysely } from 'kysely';

export async function createClips(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('clip')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('session_id', 'text', (column) =>
      column.notNull().references('match_session.id').onDelete('cascade'),
    )
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('from_ms', 'integer', (column) => column.notNull())
    .addColumn('to_ms', 'integer', (column) => column.notNull())
    .addColumn('bytes', 'bigint', (column) => column.notNull())
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('clip_session').on('clip').columns(['session_id', 'created_at']).execute();
  await db.schema.createIndex('clip_created').on('clip').columns(['created_at', 'id']).execute();
  await db.schema
    .alterTable('share')
    .addColumn('clip_id', 'text', (column) => column.references('clip.id').onDelete('cascade'))
    .execute();
}
