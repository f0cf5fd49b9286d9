/** A club's logo, as bytes in the database: it is small, moves and goes with its club, and needs no store. */
import type { Kysely } from 'kysely';
import { bytesType, INSTANT } from '../column-types.ts';

export async function createClubLogo(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('club')
    .addColumn('logo_ground', 'text', (column) => column.notNull().defaultTo('light'))
    .execute();
  await db.schema
    .createTable('club_logo')
    .addColumn('club_id', 'text', (column) => column.primaryKey().references('club.id').onDelete('cascade'))
    .addColumn('version', 'text', (column) => column.notNull())
    .addColumn('content_type', 'text', (column) => column.notNull())
    .addColumn('width', 'integer', (column) => column.notNull())
    .addColumn('height', 'integer', (column) => column.notNull())
    .addColumn('stored_at', INSTANT, (column) => column.notNull())
    // Last: what stands before it is read without it.
    .addColumn('content', bytesType(db), (column) => column.notNull())
    .execute();
  // Two clubs of one house may have the same logo.
  await db.schema.createIndex('club_logo_version').on('club_logo').column('version').execute();
}
