/**
 * The database of a test: SQLite, or where the run is on PostgreSQL a database of its own there. It is copied from one that
 * was migrated once, or it is what an ended test has left, emptied: a copy takes a tenth of a second.
 */
import { randomUUID } from 'node:crypto';
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

/** By data folder, the databases of the portals of this process. */
const taken = new Map<string, string>();
/** Whose portals are gone. */
const left: string[] = [];

/** The `DATABASE_URL` that belongs to a data folder; undefined on SQLite. The first asking gives an empty, migrated one. */
export async function findDatabaseUrl(dataDir: string): Promise<string | undefined> {
  const server = findTestPostgres();
  if (server === undefined) return undefined;
  const name = taken.get(dataDir) ?? left.pop();
  if (name === undefined) return urlOf(server, await createDatabase(server, dataDir));
  const url = urlOf(server, name);
  if (!taken.has(dataDir)) {
    taken.set(dataDir, name);
    await administer(url, empty);
  }
  return url;
}

/** Whoever asks for a database next may have that of the data folder. */
export function leaveDatabase(dataDir: string): void {
  const name = taken.get(dataDir);
  if (name === undefined) return;
  taken.delete(dataDir);
  left.push(name);
}

async function createDatabase(server: string, dataDir: string): Promise<string> {
  const name = `portal_${randomUUID().replaceAll('-', '').slice(0, 16)}`;
  taken.set(dataDir, name);
  await administer(server, (client) => client.query(`create database ${name} template ${TEMPLATE}`));
  return name;
}

/** Cuts whoever a killed portal has left connected. A table's rows go one by one, which is quickest for the few of a test. */
const EMPTY = `
select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid();
-- What refers to a row does not keep it.
set session_replication_role = replica;
do $$
declare name text;
begin
  for name in select tablename from pg_tables where schemaname = 'public' and tablename not like 'kysely%' loop
    execute format('delete from %I', name);
  end loop;
end $$;
select setval(sequencename::regclass, 1, false) from pg_sequences;
`;
/** Deleted rows are read over until a vacuum, and nothing else does one here. */
const LARGE_BYTES = 1_000_000;
const VACUUM_WHERE_LARGE = `select format('vacuum %I', relname) as command from pg_stat_user_tables
  where pg_relation_size(relid) > ${String(LARGE_BYTES)}`;

async function empty(client: pg.Client): Promise<void> {
  await client.query(EMPTY);
  const { rows } = await client.query<{ command: string }>(VACUUM_WHERE_LARGE);
  for (const { command } of rows) await client.query(command);
}

/** An empty, migrated database without a portal; `destroy` ends it. */
export async function openTestDatabase(): Promise<Db> {
  const id = randomUUID();
  const db = await openDatabase((await findDatabaseUrl(id)) ?? ':memory:');
  const destroy = db.destroy.bind(db);
  db.destroy = async () => {
    await destroy();
    leaveDatabase(id);
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
