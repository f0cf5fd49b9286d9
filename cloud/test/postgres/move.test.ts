/** An installation that moves from SQLite to PostgreSQL. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { openTestPortal, type TestPortal } from '../support/portal.ts';
import { createWorld, LOGO_VERSION, OPEN_SESSION } from '../support/world.ts';
import { findDatabaseUrl } from '../support/test-database.ts';

let open: TestPortal[] = [];
afterEach(async () => {
  for (const portal of open) await portal.close();
  open = [];
});

it('brings everything along: people log in with their passwords, and see what was there', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'padelvar-move-'));
  const former = await openTestPortal({ dataDir, databaseUrl: undefined });
  const world = await createWorld(former.app.services);
  await former.app.services.audit.record({ userId: 'x' }, 'move.begin', 'portal');
  const list = async (portal: TestPortal): Promise<unknown> =>
    (await portal.call('GET', '/api/video/session/list', { token: world.tokens.owner })).json();
  const before = await list(former);
  expect(JSON.stringify(before)).toContain(OPEN_SESSION);
  const logo = async (portal: TestPortal): Promise<Buffer> =>
    Buffer.from(await (await portal.call('GET', `/api/logos/${LOGO_VERSION}`)).arrayBuffer());
  const picture = await logo(former);
  await former.app.close();

  const moved = await openTestPortal({ dataDir, databaseUrl: await findDatabaseUrl(dataDir) });
  open.push(moved);
  expect(await list(moved)).toEqual(before);
  expect((await logo(moved)).equals(picture)).toBe(true);
  const login = await moved.call('POST', '/api/auth/login', {
    json: { email: 'owner@example.test', password: 'correct horse battery' },
  });
  expect(login.status).toBe(200);
  // The log goes on where it was.
  await moved.app.services.audit.record({ userId: 'x' }, 'move.end', 'portal');
  const log = await moved.app.services.db
    .selectFrom('audit')
    .select(['id', 'action'])
    .orderBy('id')
    .execute();
  expect(log.map(({ action }) => action)).toEqual(expect.arrayContaining(['move.begin', 'move.end']));
  expect(log.at(-1)?.action).toBe('move.end');
  await rm(join(dataDir, 'portal.db'));
});

it('happens once: what was deleted since does not come back', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'padelvar-move-'));
  const former = await openTestPortal({ dataDir, databaseUrl: undefined });
  await createWorld(former.app.services);
  await former.app.close();
  const databaseUrl = await findDatabaseUrl(dataDir);
  const moved = await openTestPortal({ dataDir, databaseUrl });
  await moved.app.services.db.deleteFrom('match_session').execute();
  await moved.app.close();
  const again = await openTestPortal({ dataDir, databaseUrl });
  open.push(again);
  expect(await again.app.services.db.selectFrom('match_session').select('id').execute()).toEqual([]);
});
