/** SQLite: one file and one connection. */
import BetterSqlite3 from 'better-sqlite3';
import { SqliteDialect } from 'kysely';

/** `:memory:` for tests. */
export function openSqlite(path: string): SqliteDialect {
  const database = new BetterSqlite3(path);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  database.pragma('busy_timeout = 5000');
  return new SqliteDialect({ database });
}
