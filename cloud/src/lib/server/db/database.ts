/**
 * The portal's database: opening, migrating, closing. Owns the schema (`tables.ts`, `migrations.ts`); queries
 * belong to the rooms that know what the rows mean, and run on SQLite and PostgreSQL alike: built by Kysely, columns of
 * `column-types.ts`, transactions by `transact.ts`, refusals read by `database-error.ts`. One transaction at a time: inside
 * `transact()` use only the handle it gives, a query on the outer one would wait for itself. May import nothing of the
 * other rooms.
 */
import {
  HandleEmptyInListsPlugin,
  Kysely,
  replaceWithNoncontingentExpression,
  type Dialect,
  type KyselyPlugin,
} from 'kysely';
import { Migrator } from 'kysely/migration';
import { systemClock, type Clock } from '../clock.ts';
import { silentLogger, type Logger } from '../log.ts';
import { isDatabaseUrl } from './database-url.ts';
import { MIGRATIONS } from './migrations.ts';
import { PlainValues } from './postgres-values.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';
import type { Tables } from './tables.ts';

export type Db = Kysely<Tables>;

/**
 * Opens the SQLite file (`:memory:` in tests) or the PostgreSQL database at the address, creating and migrating what is
 * in it. Close it with `db.destroy()`. Throws AppError where the database can't be reached or belongs to another portal.
 */
export async function openDatabase(
  place: string,
  { clock = systemClock, log = silentLogger }: { clock?: Clock; log?: Logger } = {},
): Promise<Db> {
  const db = isDatabaseUrl(place)
    ? createDb(await openPostgres(place, { clock, log }), [emptyLists(), new PlainValues()])
    : createDb(openSqlite(place), [emptyLists()]);
  try {
    await migrate(db);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return db;
}

/** Brings an SQLite file up to date. */
export async function migrateSqlite(path: string): Promise<void> {
  const db = await openDatabase(path);
  await db.destroy();
}

function createDb(dialect: Dialect, plugins: KyselyPlugin[]): Db {
  return new Kysely({ dialect, plugins });
}

/** An empty list in `in (…)` is a syntax error to PostgreSQL; to both it shall mean none. */
function emptyLists(): KyselyPlugin {
  return new HandleEmptyInListsPlugin({ strategy: replaceWithNoncontingentExpression });
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
