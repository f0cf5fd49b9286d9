/**
 * Courts' codes, guests who record without an account, and how others join a match. A guest owns sessions by its id in
 * `match_session.owner_id`, like a user, until a user claims them.
 */
import type { Kysely } from 'kysely';

export async function createGuests(db: Kysely<unknown>): Promise<void> {
  await addClubRules(db);
  await db.schema
    .createTable('court_code')
    .addColumn('court_id', 'text', (column) => column.primaryKey().references('court.id').onDelete('cascade'))
    .addColumn('code', 'text', (column) => column.notNull().unique())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('guest')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('token_hash', 'text', (column) => column.notNull().unique())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('match_code')
    .addColumn('session_id', 'text', (column) =>
      column.primaryKey().references('match_session.id').onDelete('cascade'),
    )
    .addColumn('code', 'text', (column) => column.notNull().unique())
    .execute();
  await createRequests(db);
}

async function addClubRules(db: Kysely<unknown>): Promise<void> {
  const alter = () => db.schema.alterTable('club');
  await alter()
    .addColumn('guests_allowed', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await alter().addColumn('opening_hours', 'text').execute();
  await alter()
    .addColumn('next_group', 'text', (column) => column.notNull().defaultTo('ask'))
    .execute();
  await alter()
    .addColumn('next_group_idle_minutes', 'integer', (column) => column.notNull().defaultTo(10))
    .execute();
}

/** Who asks an open session's owner for something. The next group needs no account: its request names nobody. */
async function createRequests(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('match_request')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('session_id', 'text', (column) =>
      column.notNull().references('match_session.id').onDelete('cascade'),
    )
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('user_id', 'text', (column) => column.references('user.id').onDelete('cascade'))
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('match_request_session')
    .on('match_request')
    .columns(['session_id', 'state'])
    .execute();
}
