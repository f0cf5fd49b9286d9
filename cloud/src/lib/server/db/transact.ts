/** Transactions as SQLite knows them, one after the other, whatever the database is. */
import type { Transaction } from 'kysely';
import { setTimeout as delay } from 'node:timers/promises';
import { isPostgres } from './column-types.ts';
import { isConflictOfTransactions } from './database-error.ts';
import type { Db } from './database.ts';
import type { Tables } from './tables.ts';

type Work<Result> = (trx: Transaction<Tables>) => Promise<Result>;

/**
 * Runs `work` as if nobody else wrote meanwhile. PostgreSQL may ask for it to be run again, so `work` changes nothing
 * but rows, by the handle it gets; what others are told comes after it.
 */
export function transact<Result>(db: Db, work: Work<Result>): Promise<Result> {
  return isPostgres(db) ? inLine(db, () => repeat(db, work)) : db.transaction().execute(work);
}

/** Reads in `work` see one state of the database; nothing is written. */
export function readTogether<Result>(db: Db, work: Work<Result>): Promise<Result> {
  if (!isPostgres(db)) return db.transaction().execute(work);
  return db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(work);
}

/** The last transaction of each handle. One portal writes, so its transactions wait for each other here, not in the database. */
const lines = new WeakMap<Db, Promise<unknown>>();

function inLine<Result>(db: Db, run: () => Promise<Result>): Promise<Result> {
  const turn = (lines.get(db) ?? Promise.resolve()).then(run);
  lines.set(
    db,
    turn.catch(() => undefined),
  );
  return turn;
}

const MAX_ATTEMPTS = 10;

/** Statements outside of transactions still come between: PostgreSQL then refuses what SQLite would not have seen. */
async function repeat<Result>(db: Db, work: Work<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction().setIsolationLevel('serializable').execute(work);
    } catch (error) {
      if (!isConflictOfTransactions(error) || attempt >= MAX_ATTEMPTS) throw error;
      await delay(Math.random() * 10 * attempt);
    }
  }
}
