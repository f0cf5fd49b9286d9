/** What devices tell of themselves, each event once. */
import type { Kysely } from 'kysely';

export async function createDeviceEvents(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('device_event')
    .addColumn('device_id', 'text', (column) => column.notNull().references('device.id').onDelete('cascade'))
    .addColumn('epoch', 'bigint', (column) => column.notNull())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('received_at', 'bigint', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('session_id', 'text')
    .addColumn('detail', 'text')
    .addPrimaryKeyConstraint('device_event_pk', ['device_id', 'epoch', 'seq'])
    .execute();
  await db.schema.createIndex('device_event_session').on('device_event').column('session_id').execute();
}
