/** Since when the store has a movie no more, and how the last comparison of store and library went. */
import type { Kysely } from 'kysely';

export async function addMissingVideos(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('match_session').addColumn('missing_at', 'bigint').execute();
  await db.schema
    .createTable('storage_report')
    .addColumn('at', 'bigint', (column) => column.primaryKey())
    .addColumn('report', 'text', (column) => column.notNull())
    .execute();
}
