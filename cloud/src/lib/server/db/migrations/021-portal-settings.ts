/** What a super administrator sets for the whole portal, and whether anybody who registers may join a club. */
import type { Kysely } from 'kysely';

export async function createPortalSettings(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('portal_setting')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .alterTable('club')
    .addColumn('join_open', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
}
