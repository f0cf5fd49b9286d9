/** Which notice was shown at a recording's start, objections to a video by who is in it, and until when it is hidden. */
import type { Kysely } from 'kysely';

export async function createPrivacy(db: Kysely<unknown>): Promise<void> {
  const alterSession = () => db.schema.alterTable('match_session');
  await alterSession().addColumn('notice_version', 'text').execute();
  await alterSession().addColumn('notice_language', 'text').execute();
  await alterSession().addColumn('hidden_until', 'bigint').execute();
  await db.schema
    .createTable('objection')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('club_id', 'text', (column) => column.notNull().references('club.id').onDelete('cascade'))
    .addColumn('court_id', 'text', (column) => column.notNull())
    .addColumn('session_id', 'text', (column) => column.references('match_session.id').onDelete('cascade'))
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('browser_hash', 'text', (column) => column.notNull())
    .addColumn('message', 'text', (column) => column.notNull())
    .addColumn('contact', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('hides_until', 'bigint')
    .addColumn('decided_at', 'bigint')
    .addColumn('decided_by', 'text')
    .execute();
  await db.schema.createIndex('objection_club').on('objection').columns(['club_id', 'created_at']).execute();
  await db.schema.createIndex('objection_session').on('objection').column('session_id').execute();
}
