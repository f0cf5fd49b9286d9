/** Transactions as SQLite knows them, one after the other, whatever the database is. */
import type { Transaction } from 'kysely';
import type { Db } from './database.ts';
import type { Tables } from './tables.ts';

/**
 * Runs `work` as if nobody else wrote meanwhile. PostgreSQL may ask for it to be run again, so `work` changes nothing
 * but rows, by the handle it gets; what others are told comes after it.
 */
export function transact<Result>(
  db: Db,
  work: (trx: Transaction<Tables>) => Promise<Result>,
): Promise<Result> {
  return db.transaction().execute(work);
}
