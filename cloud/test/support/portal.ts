/** A whole portal on a temporary folder and free ports, and people to talk to it with. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp, type App } from '../../src/lib/server/app.ts';
import type { Clock } from '../../src/lib/server/clock.ts';
import { silentLogger } from '../../src/lib/server/log.ts';
import type { Settings } from '../../src/lib/server/settings.ts';
import { copyMigratedSqlite, forgoDurability } from './migrated-sqlite.ts';
import { findDatabaseUrl, leaveDatabase } from './test-database.ts';

export const ORIGIN = 'http://portal.test';

export interface TestPortal {
  app: App;
  dataDir: string;
  /** A JSON request to the API; `token` is a bearer token. */
  call(method: string, path: string, options?: CallOptions): Promise<Response>;
  close(): Promise<void>;
}

export interface CallOptions {
  token?: string | undefined;
  json?: unknown;
  headers?: Record<string, string>;
}

export interface TestPortalOptions extends Partial<Settings> {
  clock?: Clock;
  /** False where a test does by hand what the portal does by the clock. */
  hasJobs?: boolean;
  /** Its SQLite writes to the disk itself, as at an installation: for what is measured. */
  durable?: boolean;
}

export async function openTestPortal(options: TestPortalOptions = {}): Promise<TestPortal> {
  const { clock, hasJobs = true, durable = false, ...settings } = options;
  const dataDir = settings.dataDir ?? (await mkdtemp(join(tmpdir(), 'padelvar-portal-')));
  const whole: Settings = {
    origin: ORIGIN,
    host: '127.0.0.1',
    port: 0,
    dataDir,
    databaseUrl: 'databaseUrl' in settings ? undefined : await findDatabaseUrl(dataDir),
    mqttPort: 0,
    firstAdmin: undefined,
    logLevel: 'silent',
    mail: undefined,
    s3: undefined,
    playLinkSeconds: 45,
    ...settings,
  };
  const isSqlite = whole.databaseUrl === undefined;
  if (isSqlite) await copyMigratedSqlite(join(dataDir, 'portal.db'));
  const app = await createApp(whole, {
    log: silentLogger,
    hasJobs,
    ...(clock === undefined ? {} : { clock }),
  });
  if (isSqlite && !durable) await forgoDurability(app.services.db);
  return {
    app,
    dataDir,
    call: (method, path, { token, json, headers = {} } = {}) =>
      app.fetch(
        new Request(`${ORIGIN}${path}`, {
          method,
          headers: {
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
            ...(json === undefined ? {} : { 'content-type': 'application/json' }),
            ...headers,
          },
          ...(json === undefined ? {} : { body: JSON.stringify(json) }),
        }),
        { clientAddress: '127.0.0.1' },
      ),
    async close() {
      await app.close();
      await rm(dataDir, { recursive: true, force: true });
      leaveDatabase(dataDir);
    },
  };
}
