/** Mail on its way out, and the one-time tokens whose links go out by mail. */
import type { Kysely } from 'kysely';
import { INSTANT } from '../column-types.ts';

export async function createMail(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('mail_outbox')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('to_address', 'text', (column) => column.notNull())
    .addColumn('letter', 'text', (column) => column.notNull())
    // The message under a key that lies beside the database; empty once it is out or given up.
    .addColumn('sealed', 'text', (column) => column.notNull())
    .addColumn('once_key', 'text', (column) => column.unique())
    .addColumn('state', 'text', (column) => column.notNull().defaultTo('waiting'))
    .addColumn('attempts', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('created_at', INSTANT, (column) => column.notNull())
    .addColumn('due_at', INSTANT, (column) => column.notNull())
    .addColumn('expires_at', INSTANT, (column) => column.notNull())
    .execute();
  await db.schema.createIndex('mail_outbox_due').on('mail_outbox').columns(['state', 'due_at']).execute();
  await db.schema
    .createIndex('mail_outbox_address')
    .on('mail_outbox')
    .columns(['to_address', 'created_at'])
    .execute();
  await db.schema
    .createTable('mail_token')
    .addColumn('token_hash', 'text', (column) => column.primaryKey())
    .addColumn('purpose', 'text', (column) => column.notNull())
    .addColumn('user_id', 'text', (column) => column.references('user.id').onDelete('cascade'))
    .addColumn('email', 'text', (column) => column.notNull())
    .addColumn('name', 'text')
    .addColumn('locale', 'text', (column) => column.notNull())
    .addColumn('guest_id', 'text')
    .addColumn('expires_at', INSTANT, (column) => column.notNull())
    .execute();
}
