/**
 * Sessions on courts, their uploads and idempotency keys. They refer to clubs, courts, devices and users
 * without foreign keys: a session outlives its court, its device and its owner's account.
 */
import { sql, type Kysely } from 'kysely';

export async function createSessions(db: Kysely<unknown>): Promise<void> {
  await createSession(db);
  await createSessionIndexes(db);
  await db.schema
    .createTable('session_participant')
    .addColumn('session_id', 'text', (column) =>
      column.notNull().references('match_session.id').onDelete('cascade'),
    )
    .addColumn('user_id', 'text', (column) => column.notNull().references('user.id').onDelete('cascade'))
    .addPrimaryKeyConstraint('session_participant_pk', ['session_id', 'user_id'])
    .execute();
  await createIdempotency(db);
  await createUpload(db);
}

async function createSession(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('match_session')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('club_id', 'text', (column) => column.notNull())
    .addColumn('court_id', 'text', (column) => column.notNull())
    .addColumn('device_id', 'text', (column) => column.notNull())
    .addColumn('owner_id', 'text', (column) => column.notNull())
    .addColumn('opened_at', 'bigint', (column) => column.notNull())
    .addColumn('open_deadline_at', 'bigint', (column) => column.notNull())
    .addColumn('start_requested_at', 'bigint')
    .addColumn('start_deadline_at', 'bigint')
    .addColumn('duration_seconds', 'integer')
    .addColumn('stop_requested_at', 'bigint')
    .addColumn('stop_reason', 'text')
    .addColumn('close_requested_at', 'bigint')
    .addColumn('close_reason', 'text')
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('detail', 'text')
    .addColumn('started_at', 'bigint')
    .addColumn('ended_at', 'bigint')
    .addColumn('elapsed_ms', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('elapsed_at', 'bigint')
    .addColumn('growing', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('bytes', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('uploaded_bytes', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('gaps', 'text', (column) => column.notNull().defaultTo('[]'))
    .addColumn('movie_state', 'text', (column) => column.notNull().defaultTo('none'))
    .addColumn('movie_bytes', 'bigint')
    .addColumn('movie_duration_ms', 'bigint')
    .addColumn('movie_frames', 'integer')
    .addColumn('movie_codec', 'text')
    .addColumn('movie_width', 'integer')
    .addColumn('movie_height', 'integer')
    .addColumn('object_key', 'text')
    .addColumn('ready_at', 'bigint')
    .addColumn('deleted_at', 'bigint')
    .execute();
}

async function createSessionIndexes(db: Kysely<unknown>): Promise<void> {
  const index = (name: string) => db.schema.createIndex(name).on('match_session');
  await index('match_session_club').columns(['club_id', 'opened_at']).execute();
  await index('match_session_owner').columns(['owner_id', 'opened_at']).execute();
  await index('match_session_device').columns(['device_id', 'state']).execute();
  // One open session per court, whatever the code above does. Partial indexes: SQLite and PostgreSQL alike.
  await sql`
    create unique index match_session_one_open_per_court on match_session (court_id)
    where state not in ('complete', 'failed')
  `.execute(db);
}

async function createIdempotency(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('idempotency')
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('session_id', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('idempotency_pk', ['user_id', 'key'])
    .execute();
}

async function createUpload(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('upload')
    .addColumn('session_id', 'text', (column) => column.primaryKey())
    .addColumn('upload_id', 'text', (column) => column.notNull())
    .addColumn('object_key', 'text', (column) => column.notNull())
    .addColumn('max_parts', 'integer', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
}
