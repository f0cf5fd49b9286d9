/** Clubs, their members, courts and devices; the audit log. */
import type { Kysely } from 'kysely';
import { isPostgres } from '../column-types.ts';

export async function createClubs(db: Kysely<unknown>): Promise<void> {
  await createClub(db);
  await createDevice(db);
  await createCourt(db);
  await createAudit(db);
}

async function createClub(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('club')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('time_zone', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('club_member')
    .addColumn('club_id', 'text', (column) => column.notNull().references('club.id').onDelete('cascade'))
    .addColumn('user_id', 'text', (column) => column.notNull().references('user.id').onDelete('cascade'))
    .addPrimaryKeyConstraint('club_member_pk', ['club_id', 'user_id'])
    .execute();
  await db.schema.createIndex('club_member_user').on('club_member').column('user_id').execute();
}

async function createDevice(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('device')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('club_id', 'text', (column) => column.notNull().references('club.id').onDelete('cascade'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('sign_key', 'text', (column) => column.notNull())
    .addColumn('seal_key', 'text', (column) => column.notNull())
    .addColumn('generation', 'text', (column) => column.notNull())
    .addColumn('rev', 'bigint', (column) => column.notNull())
    .addColumn('epoch', 'bigint', (column) => column.notNull())
    .addColumn('online', 'integer', (column) => column.notNull())
    .addColumn('last_seen_at', 'bigint')
    .addColumn('build', 'text')
    .addColumn('lan', 'text', (column) => column.notNull())
    .addColumn('clock_offset_ms', 'bigint')
    .addColumn('disk_free_bytes', 'bigint')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('device_enrollment')
    .addColumn('token_hash', 'text', (column) => column.primaryKey())
    .addColumn('club_id', 'text', (column) => column.notNull().references('club.id').onDelete('cascade'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('device_id', 'text')
    .execute();
}

async function createCourt(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('court')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('club_id', 'text', (column) => column.notNull().references('club.id').onDelete('cascade'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('device_id', 'text', (column) => column.references('device.id').onDelete('set null'))
    .addColumn('camera_sealed', 'text')
    .addColumn('camera_state', 'text', (column) => column.notNull())
    .addColumn('camera_reason', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('court_club').on('court').column('club_id').execute();
  await db.schema.createIndex('court_device').on('court').column('device_id').execute();
}

async function createAudit(db: Kysely<unknown>): Promise<void> {
  const table = db.schema.createTable('audit');
  const numbered = isPostgres(db)
    ? table.addColumn('id', 'bigint', (column) => column.primaryKey().generatedByDefaultAsIdentity())
    : table.addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement());
  await numbered
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('user_id', 'text')
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('object', 'text', (column) => column.notNull())
    .addColumn('detail', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('audit_object')
    .on('audit')
    .columns(['object', 'action', 'user_id', 'at'])
    .execute();
}
