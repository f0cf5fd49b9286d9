/** What people set for themselves, when a login was last used, and passkeys. */
import type { Kysely } from 'kysely';
import { INSTANT, WHOLE } from '../column-types.ts';

export async function createOwnAccount(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('account_setting')
    .addColumn('user_id', 'text', (column) => column.primaryKey().references('user.id').onDelete('cascade'))
    .addColumn('locale', 'text', (column) => column.notNull())
    .addColumn('mail_when_ready', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema
    .createTable('login_use')
    .addColumn('login_id', 'text', (column) =>
      column.primaryKey().references('session.id').onDelete('cascade'),
    )
    .addColumn('seen_at', INSTANT, (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('passkey')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('user_id', 'text', (column) => column.notNull().references('user.id').onDelete('cascade'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('public_key', 'text', (column) => column.notNull())
    .addColumn('counter', WHOLE, (column) => column.notNull())
    .addColumn('transports', 'text', (column) => column.notNull())
    .addColumn('created_at', INSTANT, (column) => column.notNull())
    .addColumn('used_at', INSTANT)
    .execute();
  await db.schema.createIndex('passkey_user').on('passkey').column('user_id').execute();
}
