/** A PostgreSQL server of its own, from Debian's package, in a temporary folder and on a free port of 127.0.0.1. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';

export interface PostgresCluster {
  /** The address of one of its databases, for its superuser, who needs no password. */
  urlOf(database: string): string;
  /** Ends it as an operator would, cutting whoever is connected; `start` takes the same port again. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

const run = promisify(execFile);
const SUPERUSER = 'padelvar';

/** What is lost with the machine is lost with the test; a dictionary's order differs from that of bytes. */
const SETTINGS = `
listen_addresses = '127.0.0.1'
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
max_connections = 200
shared_buffers = 64MB
`;
/** The user \`strict\` needs its password. */
const ACCESS = `
local all all trust
host all strict 127.0.0.1/32 scram-sha-256
host all all 127.0.0.1/32 trust
`;

export async function openPostgresCluster(): Promise<PostgresCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'padelvar-postgres-'));
  const data = join(folder, 'data');
  const bin = await findBinaries();
  const as = await findOwner();
  if (as !== undefined) await chown(folder, as.uid, as.gid);
  const locale = ['--encoding=UTF8', '--locale=C.UTF-8', '--locale-provider=icu', '--icu-locale=en'];
  const account = ['-U', SUPERUSER, '--auth=trust', '--no-sync'];
  await run(join(bin, 'initdb'), ['-D', data, ...account, ...locale], { ...as, cwd: folder });
  const port = await findFreePort();
  await writeFile(
    join(data, 'postgresql.auto.conf'),
    `${SETTINGS}port = ${port}\nunix_socket_directories = '${folder}'\n`,
  );
  await writeFile(join(data, 'pg_hba.conf'), ACCESS);
  const urlOf = (database: string): string => `postgres://${SUPERUSER}@127.0.0.1:${port}/${database}`;
  let server: ChildProcess | undefined;
  const cluster: PostgresCluster = {
    urlOf,
    async start() {
      server = spawn(join(bin, 'postgres'), ['-D', data], { ...as, cwd: folder, stdio: 'ignore' });
      await waitUntilReady(server, urlOf('postgres'));
    },
    async stop() {
      const stopped = server;
      server = undefined;
      if (stopped === undefined) return;
      const ended = once(stopped, 'exit');
      // A fast shutdown: connections are cut.
      stopped.kill('SIGINT');
      await ended;
    },
    async close() {
      await cluster.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await cluster.start().catch(async (error: unknown) => {
    await cluster.close();
    throw error;
  });
  return cluster;
}

/** The newest version that Debian has installed. */
async function findBinaries(): Promise<string> {
  const root = '/usr/lib/postgresql';
  const versions = (await readdir(root).catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  if (versions.length === 0) throw new Error('expected PostgreSQL: apt-get install postgresql');
  return join(root, String(Math.max(...versions)), 'bin');
}

/** PostgreSQL refuses to be run by root: its package brings a user. */
async function findOwner(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = async (option: string) => Number((await run('id', [option, 'postgres'])).stdout);
  return { uid: await idOf('-u'), gid: await idOf('-g') };
}

async function waitUntilReady(server: ChildProcess, url: string): Promise<void> {
  for (;;) {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return;
    } catch (cause) {
      if (server.exitCode !== null) throw new Error('expected PostgreSQL to start', { cause });
      await delay(50);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
