/**
 * Files beside movies, what was signed of each part, what is wrong with a movie's way to the store, and how long a club
 * keeps its videos.
 */
import type { Kysely } from 'kysely';

export async function createStorage(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('side_file')
    .addColumn('session_id', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('object_key', 'text', (column) => column.notNull())
    .addColumn('bytes', 'bigint', (column) => column.notNull())
    .addColumn('stored_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('side_file_pk', ['session_id', 'name'])
    .execute();
  await db.schema
    .createTable('signed_part')
    .addColumn('session_id', 'text', (column) => column.notNull())
    .addColumn('upload_id', 'text', (column) => column.notNull())
    .addColumn('part_number', 'integer', (column) => column.notNull())
    .addColumn('bytes', 'bigint', (column) => column.notNull())
    .addColumn('md5', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('signed_part_pk', ['session_id', 'upload_id', 'part_number', 'md5'])
    .execute();
  await db.schema
    .createTable('retention_notice')
    .addColumn('session_id', 'text', (column) => column.notNull())
    .addColumn('days_before', 'integer', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('made_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('retention_notice_pk', ['session_id', 'days_before', 'expires_at'])
    .execute();
  await db.schema.alterTable('match_session').addColumn('storage_trouble', 'text').execute();
  await db.schema.alterTable('club').addColumn('retention_days', 'integer').execute();
}
