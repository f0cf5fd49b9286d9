/** A portal that ran before, on PostgreSQL: it loses nothing on the way to what there is now. */
import { randomUUID } from 'node:crypto';
import { Kysely, PostgresDialect } from 'kysely';
import { Migrator } from 'kysely/migration';
import pg from 'pg';
import { afterEach, expect, it } from 'vitest';
import { openDatabase } from '../../src/lib/server/db/database.ts';
import { MIGRATIONS } from '../../src/lib/server/db/migrations.ts';
import { administer, findTestPostgres, urlOf } from '../support/test-database.ts';

const RELEASED = Object.entries(MIGRATIONS).filter(([name]) => name < '014');
const server = findTestPostgres() ?? '';
const name = `upgrade_${randomUUID().replaceAll('-', '')}`;
const url = urlOf(server, name);

afterEach(() => administer(server, (client) => client.query(`drop database ${name} with (force)`)));

it('every row is there after the migrations that came since', async () => {
  await administer(server, (client) => client.query(`create database ${name}`));
  const former = new Kysely<unknown>({
    dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: url }) }),
  });
  const provider = { getMigrations: () => Promise.resolve(Object.fromEntries(RELEASED)) };
  expect((await new Migrator({ db: former, provider }).migrateToLatest()).error).toBeUndefined();
  await former.destroy();
  const before = await administer(url, async (client) => readAll(client, await fillAll(client)));
  expect(Object.values(before).every((rows) => rows.length === 1)).toBe(true);
  expect(Object.keys(before)).toContain('match_session');

  const db = await openDatabase(url);
  await db.destroy();
  expect(await administer(url, (client) => readAll(client, Object.keys(before)))).toMatchObject(before);
});

/** One row in each table, every column set: the row's key is `one` everywhere, so that all refer to each other. */
async function fillAll(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ table: string; names: string; values: string }>(`
    select table_name as table,
      string_agg(format('%I', column_name), ', ') as names,
      string_agg(format('%L', case
        when data_type = 'bigint' then '1767225600000'
        when data_type in ('integer', 'smallint') then '1'
        when data_type ~ 'time' then '2026-01-01T00:00:00Z'
        when data_type = 'boolean' then 'true'
        when data_type = 'double precision' then '1'
        else 'one' end), ', ') as values
    from information_schema.columns
    where table_schema = 'public' and table_name not like 'kysely%' and is_identity = 'NO'
    group by table_name`);
  await client.query('set session_replication_role = replica');
  for (const { table, names, values } of rows)
    await client.query(`insert into "${table}" (${names}) values (${values})`);
  return rows.map(({ table }) => table);
}

async function readAll(client: pg.Client, tables: readonly string[]): Promise<Record<string, unknown[]>> {
  const all: Record<string, unknown[]> = {};
  for (const table of tables) all[table] = (await client.query(`select * from "${table}"`)).rows;
  return all;
}
