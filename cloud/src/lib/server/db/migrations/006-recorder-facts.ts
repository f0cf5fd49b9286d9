/** Which courts stay warm, and what a device says of its disk for videos. */
import type { Kysely } from 'kysely';

export async function createRecorderFacts(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('court')
    .addColumn('warm', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema.alterTable('device').addColumn('recording_minutes_left', 'bigint').execute();
  await db.schema.alterTable('device').addColumn('media', 'text').execute();
}
