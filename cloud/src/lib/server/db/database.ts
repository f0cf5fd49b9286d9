/**
 * The portal's database: opening, migrating, closing. Owns the schema (`tables.ts`, `migrations.ts`); queries
 * belong to the rooms that know what the rows mean, and run on SQLite and PostgreSQL alike: built by Kysely, columns of
 * `column-types.ts`, transactions by `transact.ts`, refusals read by `database-error.ts`. One transaction at a time: inside
 * `transact()` use only the handle it gives, a query on the outer one would wait for itself. May import nothing of the
 * other rooms.
 */
import BetterSqlite3 from 'better-sqlite3';
import { HandleEmptyInListsPlugin, Kysely, replaceWithNoncontingentExpression, SqliteDialect } from 'kysely';
import { Migrator } from 'kysely/migration';
import { MIGRATIONS } from './migrations.ts';
import type { Tables } from './tables.ts';

export type Db = Kysely<Tables>;

/** Opens the SQLite file (`:memory:` in tests), creating and migrating it. Close it with `db.destroy()`. */
export async function openDatabase(path: string): Promise<Db> {
  const database = new BetterSqlite3(path);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  database.pragma('busy_timeout = 5000');
  // An empty list in `in (…)` is a syntax error to PostgreSQL; to both it shall mean none.
  const emptyLists = new HandleEmptyInListsPlugin({ strategy: replaceWithNoncontingentExpression });
  const db: Db = new Kysely({ dialect: new SqliteDialect({ database }), plugins: [emptyLists] });
  try {
    await migrate(db);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return db;
}

async function migrate(db: Db): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(MIGRATIONS) },
    // Their order does not matter between features; each runs once.
    allowUnorderedMigrations: true,
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw new Error('expected the database to migrate', { cause: error });
}
