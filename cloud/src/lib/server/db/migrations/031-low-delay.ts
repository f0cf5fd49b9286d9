/** Courts whose live picture is to be there almost at once. */
import type { Kysely } from 'kysely';

export async function createLowDelay(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('court')
    .addColumn('low_delay', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
}
