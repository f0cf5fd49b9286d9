/** The move to PostgreSQL: an empty database takes over what lies in the data folder's SQLite file, which stays as it is. */
import { existsSync } from 'node:fs';
import BetterSqlite3 from 'better-sqlite3';
import { sql, type Kysely, type Transaction } from 'kysely';
import type { Logger } from '../log.ts';
import { migrateSqlite, type Db } from './database.ts';
import type { Tables } from './tables.ts';

type AnyRow = Record<string, string | number | Buffer | null>;
const ROWS_AT_ONCE = 200;

/** All rows or none; does nothing where the database has users or clubs already. */
export async function adoptSqlite(db: Db, path: string, log: Logger): Promise<void> {
  if (!existsSync(path) || !(await isEmpty(db))) return;
  await migrateSqlite(path);
  const file = new BetterSqlite3(path, { readonly: true });
  try {
    const rows = await db.transaction().execute((trx) => copyAll(file, trx));
    log.info({ rows, from: path }, 'the PostgreSQL database took over the rows of the SQLite file');
  } finally {
    file.close();
  }
}

async function isEmpty(db: Db): Promise<boolean> {
  const user = await db.selectFrom('user').select('id').limit(1).executeTakeFirst();
  const club = await db.selectFrom('club').select('id').limit(1).executeTakeFirst();
  return user === undefined && club === undefined;
}

async function copyAll(file: BetterSqlite3.Database, trx: Transaction<Tables>): Promise<number> {
  let count = 0;
  for (const table of listTables(file))
    count += await copyTable(file, trx as unknown as Kysely<AnyTables>, table);
  // Rows brought their numbers; the next one is counted from there.
  await sql`select setval(pg_get_serial_sequence('audit', 'id'), (select coalesce(max(id), 0) + 1 from audit), false)`.execute(
    trx,
  );
  return count;
}

type AnyTables = Record<string, AnyRow>;

async function copyTable(
  file: BetterSqlite3.Database,
  trx: Kysely<AnyTables>,
  table: string,
): Promise<number> {
  // What a migration has put there itself.
  await trx.deleteFrom(table).execute();
  let count = 0;
  let batch: AnyRow[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length > 0) await trx.insertInto(table).values(batch).execute();
    count += batch.length;
    batch = [];
  };
  for (const row of file.prepare<[], AnyRow>(`select * from "${table}"`).iterate()) {
    batch.push(row);
    if (batch.length === ROWS_AT_ONCE) await flush();
  }
  await flush();
  return count;
}

/** The portal's tables, each after those that it refers to. */
function listTables(file: BetterSqlite3.Database): string[] {
  const names = file
    .prepare<[], string>(`select name from sqlite_master where type = 'table' order by name`)
    .pluck()
    .all()
    .filter((name) => !/^(?:kysely|sqlite)_/.test(name));
  const sorted = new Set<string>();
  const add = (name: string): void => {
    if (sorted.has(name)) return;
    const keys = file.pragma(`foreign_key_list("${name}")`) as { table: string }[];
    for (const { table } of keys) if (table !== name) add(table);
    sorted.add(name);
  };
  names.forEach(add);
  return [...sorted];
}
