/** The built portal in a process of its own, as it runs at an installation. Needs `npm run build`. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findDatabaseUrl, leaveDatabase } from './test-database.ts';

const WORKSPACE = join(import.meta.dirname, '..', '..');
export const ADMIN = { email: 'admin@example.test', password: 'first password' };

export interface BuiltPortal {
  origin: string;
  port: number;
  dataDir: string;
  process: ChildProcess;
  /** What it has written so far, both streams. */
  output(): string;
  /** The exit code, once it has ended. */
  ended: Promise<number | null>;
}

/** Starts it; resolves when it listens or has ended. */
export async function startBuiltPortal(settings: Record<string, string> = {}): Promise<BuiltPortal> {
  if (!existsSync(join(WORKSPACE, 'build', 'handler.js'))) {
    throw new Error('expected the built portal: run `npm run build` first');
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'padelvar-built-'));
  const databaseUrl = await findDatabaseUrl(dataDir);
  const port = Number(settings.PORT ?? (await findFreePort()));
  const child = spawn(process.execPath, ['serve.js'], {
    cwd: WORKSPACE,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      PADELVAR_MQTT_PORT: '0',
      PADELVAR_DATA_DIR: dataDir,
      ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
      PADELVAR_ADMIN_EMAIL: ADMIN.email,
      PADELVAR_ADMIN_PASSWORD: ADMIN.password,
      ...settings,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
  const ended = once(child, 'close').then(async ([code]) => {
    await rm(dataDir, { recursive: true, force: true });
    leaveDatabase(dataDir);
    return code as number | null;
  });
  const listening = new Promise<void>((resolve) => {
    child.stdout.on('data', () => output.includes('listening on') && resolve());
  });
  await Promise.race([listening, ended]);
  const origin = settings.PADELVAR_ORIGIN ?? `http://127.0.0.1:${port}`;
  return { origin, port, dataDir, process: child, output: () => output, ended };
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
