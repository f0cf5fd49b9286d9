/**
 * The database of a test: SQLite, or where the run is on PostgreSQL a database of its own there, copied from one that was
 * migrated once.
 */
import { createHash, randomUUID } from 'node:crypto';
import pg from 'pg';
import { openDatabase, type Db } from '../../src/lib/server/db/database.ts';

/** Set by `on-postgres.ts`: the address of the server's own database. */
const SERVER = 'PADELVAR_TEST_POSTGRES';
export const TEMPLATE = 'padelvar_template';

/** The PostgreSQL server of this run; undefined where it is on SQLite. */
export function findTestPostgres(): string | undefined {
  return process.env[SERVER];
}

export function useTestPostgres(url: string): void {
  process.env[SERVER] = url;
}

/** The `DATABASE_URL` that belongs to a data folder, its database made where it is missing; undefined on SQLite. */
export async function findDatabaseUrl(dataDir: string): Promise<string | undefined> {
  const server = findTestPostgres();
  if (server === undefined) return undefined;
  const name = nameOf(dataDir);
  await administer(server, async (client) => {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${name} template ${TEMPLATE}`);
  });
  return urlOf(server, name);
}

export async function dropDatabase(dataDir: string): Promise<void> {
  const server = findTestPostgres();
  if (server === undefined) return;
  await administer(server, (client) =>
    client.query(`drop database if exists ${nameOf(dataDir)} with (force)`),
  );
}

/** An empty, migrated database without a portal; `destroy` ends it. */
export async function openTestDatabase(): Promise<Db> {
  const id = randomUUID();
  const db = await openDatabase((await findDatabaseUrl(id)) ?? ':memory:');
  const destroy = db.destroy.bind(db);
  db.destroy = async () => {
    await destroy();
    await dropDatabase(id);
  };
  return db;
}

export function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

export async function administer<Result>(
  server: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function nameOf(dataDir: string): string {
  return `portal_${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`;
}
