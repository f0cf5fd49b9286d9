import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createApp } from '../src/lib/server/app.ts';
import { silentLogger } from '../src/lib/server/log.ts';
import { parseSettings } from '../src/lib/server/settings.ts';
import { openTestPortal, type TestPortal } from './support/portal.ts';

const open: TestPortal[] = [];
const start = async (...options: Parameters<typeof openTestPortal>): Promise<TestPortal> => {
  const portal = await openTestPortal(...options);
  open.push(portal);
  return portal;
};
afterEach(async () => {
  for (const portal of open.splice(0)) await portal.close();
});

describe('a data folder', () => {
  it('serves one portal at a time, and the next one once that has ended', async () => {
    const first = await start();
    await expect(openTestPortal({ dataDir: first.dataDir })).rejects.toThrow(
      `PADELVAR_DATA_DIR: another portal is using ${first.dataDir}`,
    );
    await first.app.close();
    await start({ dataDir: first.dataDir });
  });

  it('gets a secret at the first start that nobody else can read, and keeps it', async () => {
    const portal = await start();
    const path = join(portal.dataDir, 'secret');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const secret = await readFile(path, 'utf8');
    await portal.app.close();
    await start({ dataDir: portal.dataDir });
    expect(await readFile(path, 'utf8')).toBe(secret);
  });

  it('with a damaged secret is refused instead of used', async () => {
    const portal = await start();
    await portal.app.close();
    await writeFile(join(portal.dataDir, 'secret'), 'short\n');
    await expect(openTestPortal({ dataDir: portal.dataDir })).rejects.toThrow('expected 32 bytes');
  });
});

describe('a start', () => {
  it('makes the first administrator once, and none without a password', async () => {
    const firstAdmin = { email: 'admin@example.test', password: 'first password' };
    const portal = await start({ firstAdmin });
    await portal.app.close();
    const again = await start({
      dataDir: portal.dataDir,
      firstAdmin: { ...firstAdmin, password: 'other one' },
    });
    const login = (password: string) =>
      again.call('POST', '/api/auth/login', { json: { email: firstAdmin.email, password } });
    expect((await login('first password')).status).toBe(200);
    expect((await login('other one')).status).toBe(401);
    const bare = await start();
    expect(await bare.app.services.db.selectFrom('user').selectAll().execute()).toEqual([]);
  });

  it('opens MQTT without TLS to this machine only, whatever address the pages have', async () => {
    const portal = await start({ host: '0.0.0.0' });
    expect(portal.app.services.broker.portalAccess.url).toMatch(/^mqtt:\/\/127\.0\.0\.1:/);
  });

  it('on a taken MQTT port names the setting and lets the folder go', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const { port } = blocker.address() as AddressInfo;
    const former = await start();
    await former.app.close();
    const { settings } = former.app.services;
    await expect(createApp({ ...settings, mqttPort: port }, { log: silentLogger })).rejects.toThrow(
      'PADELVAR_MQTT_PORT',
    );
    await start({ dataDir: former.dataDir });
    await new Promise((resolve) => blocker.close(resolve));
  });
});

describe('settings', () => {
  it('have safe defaults', () => {
    expect(parseSettings({})).toMatchObject({
      origin: 'http://127.0.0.1:5173',
      host: '127.0.0.1',
      port: 5173,
      mqttPort: 1883,
      firstAdmin: undefined,
    });
  });

  it.each([
    [{ PORT: 'abc' }, 'PORT'],
    [{ PORT: '70000' }, 'PORT'],
    [{ PADELVAR_ORIGIN: 'portal.example' }, 'PADELVAR_ORIGIN'],
    [{ PADELVAR_ORIGIN: 'https://portal.example/path' }, 'PADELVAR_ORIGIN'],
    [{ PADELVAR_ORIGIN: 'ftp://portal.example' }, 'PADELVAR_ORIGIN'],
    [{ PADELVAR_ADMIN_EMAIL: 'a@example.test' }, 'PADELVAR_ADMIN_PASSWORD'],
    [{ PADELVAR_ADMIN_EMAIL: 'a@example.test', PADELVAR_ADMIN_PASSWORD: 'short' }, 'PADELVAR_ADMIN_PASSWORD'],
  ])('%j is refused by name', (environment, name) => {
    expect(() => parseSettings(environment)).toThrow(name);
  });
});
