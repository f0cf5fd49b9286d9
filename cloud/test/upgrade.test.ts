/** A portal that ran before, on SQLite: it ends up with what it had, and loses nothing on the way to what there is now. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { Migrator } from 'kysely/migration';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDatabase } from '../src/lib/server/db/database.ts';
import { MIGRATIONS } from '../src/lib/server/db/migrations.ts';

const RELEASED = Object.entries(MIGRATIONS).filter(([name]) => name < '014');
let folder: string;
let path: string;
let schema: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'padelvar-upgrade-'));
  path = join(folder, 'portal.db');
  schema = await readFile(join(import.meta.dirname, 'support', 'released-schema.sql'), 'utf8');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function readSchema(file: BetterSqlite3.Database): string[] {
  return file
    .prepare<[], string>(
      `select sql from sqlite_master where sql is not null and name not like 'kysely%' and name not like 'sqlite%'`,
    )
    .pluck()
    .all()
    .map((sql) => sql.trim())
    .sort();
}

function readAll(file: BetterSqlite3.Database, tables: readonly string[]): Record<string, unknown[]> {
  return Object.fromEntries(tables.map((table) => [table, file.prepare(`select * from "${table}"`).all()]));
}

it('what is released makes the same tables as ever', async () => {
  const file = new BetterSqlite3(path);
  const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database: file }) });
  const provider = { getMigrations: () => Promise.resolve(Object.fromEntries(RELEASED)) };
  const { error } = await new Migrator({ db, provider }).migrateToLatest();
  expect(error).toBeUndefined();
  const former = new BetterSqlite3(':memory:');
  former.exec(schema);
  expect(readSchema(file)).toEqual(readSchema(former));
  former.close();
  await db.destroy();
});

it('every row is there after the migrations that came since', async () => {
  const former = new BetterSqlite3(path);
  former.exec(schema);
  former.exec(
    'create table kysely_migration (name varchar(255) primary key, timestamp varchar(255) not null)',
  );
  for (const [name] of RELEASED)
    former.prepare('insert into kysely_migration values (?, ?)').run(name, '2026-11-01T00:00:00.000Z');
  const tables = fillAll(former);
  const before = readAll(former, tables);
  expect(Object.values(before).every((rows) => rows.length > 0)).toBe(true);
  former.close();

  const db = await openDatabase(path);
  await db.destroy();
  const file = new BetterSqlite3(path);
  expect(readAll(file, tables)).toMatchObject(before);
  expect(file.pragma('foreign_key_check')).toEqual([]);
  expect(file.pragma('integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  file.close();
});

interface Column {
  name: string;
  type: string;
}

/** One row in each table, every column set: the row's key is `one` everywhere, so that all refer to each other. */
function fillAll(file: BetterSqlite3.Database): string[] {
  const tables = file
    .prepare<[], string>(`select name from sqlite_master where type = 'table'`)
    .pluck()
    .all()
    .filter((name) => !/^(kysely|sqlite)/.test(name));
  file.pragma('foreign_keys = OFF');
  for (const table of tables) {
    const columns = file.pragma(`table_info("${table}")`) as Column[];
    const names = columns.map(({ name }) => `"${name}"`).join(', ');
    const values = columns.map(({ type }) => valueOf(type));
    file
      .prepare(`insert into "${table}" (${names}) values (${columns.map(() => '?').join(', ')})`)
      .run(values);
  }
  expect(file.pragma('foreign_key_check')).toEqual([]);
  return tables;
}

function valueOf(type: string): string | number {
  if (/int/i.test(type)) return 1_767_225_600_000;
  return /date/i.test(type) ? '2026-01-01T00:00:00.000Z' : 'one';
}
