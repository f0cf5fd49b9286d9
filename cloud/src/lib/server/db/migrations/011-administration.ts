/** What a club's administrator decides: lengths of recordings, sound, colour, who is invited. The audit log in order. */
import type { Kysely } from 'kysely';

export async function createAdministration(db: Kysely<unknown>): Promise<void> {
  const alterClub = () => db.schema.alterTable('club');
  await alterClub()
    .addColumn('default_minutes', 'integer', (column) => column.notNull().defaultTo(90))
    .execute();
  await alterClub()
    .addColumn('max_minutes', 'integer', (column) => column.notNull().defaultTo(240))
    .execute();
  await alterClub().addColumn('brand_color', 'text').execute();
  await db.schema
    .alterTable('court')
    .addColumn('audio', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema
    .createTable('invitation')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('club_id', 'text', (column) => column.notNull().references('club.id').onDelete('cascade'))
    .addColumn('token_hash', 'text', (column) => column.notNull().unique())
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('label', 'text', (column) => column.notNull())
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('invitation_club')
    .on('invitation')
    .columns(['club_id', 'created_at'])
    .execute();
  await db.schema.createIndex('audit_newest').on('audit').columns(['at', 'id']).execute();
}
