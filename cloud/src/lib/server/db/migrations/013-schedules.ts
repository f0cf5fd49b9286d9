/** Recordings that are planned: once, or each week, by the clock on the club's wall. */
import type { Kysely } from 'kysely';

export async function createSchedules(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('schedule')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('club_id', 'text', (column) => column.notNull().references('club.id').onDelete('cascade'))
    .addColumn('court_id', 'text', (column) => column.notNull().references('court.id').onDelete('cascade'))
    .addColumn('label', 'text', (column) => column.notNull())
    .addColumn('first_date', 'text', (column) => column.notNull())
    .addColumn('last_date', 'text')
    .addColumn('time', 'text', (column) => column.notNull())
    .addColumn('weekdays', 'text', (column) => column.notNull())
    .addColumn('duration_minutes', 'integer', (column) => column.notNull())
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('next_at', 'bigint')
    .addColumn('last_at', 'bigint')
    .addColumn('last_outcome', 'text')
    .addColumn('last_session_id', 'text')
    .execute();
  await db.schema.createIndex('schedule_next').on('schedule').column('next_at').execute();
  await db.schema.createIndex('schedule_club').on('schedule').columns(['club_id', 'created_at']).execute();
}
