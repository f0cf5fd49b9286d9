/**
 * Column types that hold the same on SQLite and on PostgreSQL, whose `integer` ends at 2 147 483 647. Flags of our own
 * tables are `integer`, 0 or 1; texts are `text`.
 */
import { PostgresAdapter, type Kysely } from 'kysely';

/** Unix milliseconds. Read as a number on both. */
export const INSTANT = 'bigint';
/** Bytes, counts, revisions, lengths in ms: whatever may outgrow 31 bits, or comes from outside. Read as a number on both. */
export const WHOLE = 'bigint';

/** Bytes. Read as a Buffer on both. */
export function bytesType(db: Kysely<unknown>): 'blob' | 'bytea' {
  return isPostgres(db) ? 'bytea' : 'blob';
}

/**
 * Types of further columns in better-auth's own tables (`user`, `session`, `account`, …), which writes them itself. The
 * portal's handle reads them alike on both: instants as ISO 8601 texts, flags as 0 or 1.
 */
export function accountTypes(db: Kysely<unknown>): {
  instant: 'date' | 'timestamptz';
  flag: 'integer' | 'boolean';
} {
  return isPostgres(db) ? { instant: 'timestamptz', flag: 'boolean' } : { instant: 'date', flag: 'integer' };
}

/** For the few things that only one of them needs. */
export function isPostgres(db: Pick<Kysely<unknown>, 'getExecutor'>): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter;
}
