/** A database that goes away under a running portal, and comes back. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/server/clock.ts';
import { persist } from '../../src/lib/server/devices/persist.ts';
import { openTestPortal, type TestPortal } from '../support/portal.ts';
import { openPostgresCluster, type PostgresCluster } from '../support/postgres-cluster.ts';
import { seedClub, seedCourt, seedDevice, seedUser, type SeededUser } from '../support/seed.ts';
import { reportOf } from '../support/test-device.ts';
import { administer } from '../support/test-database.ts';

const DEVICE = 'dev_alpha00000000';
let cluster: PostgresCluster;
let portal: TestPortal;
let player: SeededUser;

beforeEach(async () => {
  cluster = await openPostgresCluster();
  portal = await openTestPortal({ databaseUrl: cluster.urlOf('postgres') });
  const { services } = portal.app;
  await seedClub(services.db, 'alpha');
  await seedDevice(services.db, 'alpha', { id: DEVICE });
  await seedCourt(services.db, 'alpha', 'one', { device_id: DEVICE });
  player = await seedUser(services, { role: 'PLAYER', clubIds: ['alpha'] });
});
afterEach(async () => {
  await portal.close();
  await cluster.close();
});

const listCourts = (): Promise<Response> => portal.call('GET', '/api/courts', { token: player.token });
const readHealth = async (): Promise<unknown> => (await portal.call('GET', '/api/video/health')).json();

it('a portal without its database answers 503, and goes on by itself when it is back', async () => {
  expect((await listCourts()).status).toBe(200);
  await cluster.stop();
  await expect.poll(async () => (await listCourts()).status).toBe(503);
  const refused = await listCourts();
  expect(refused.headers.get('retry-after')).toBe('2');
  expect(await refused.json()).toMatchObject({
    kind: 'database_unavailable',
    detail: 'the database does not answer; try again in a moment',
  });
  expect(await readHealth()).toMatchObject({ status: 'degraded', database: false });
  await cluster.start();
  await expect.poll(async () => (await listCourts()).status).toBe(200);
  expect(await readHealth()).toMatchObject({ database: true });
});

it('a transaction that loses its database is undone, and the next one works', async () => {
  const { db, devices } = portal.app.services;
  const begun = Promise.withResolvers<undefined>();
  const goOn = Promise.withResolvers<undefined>();
  const broken = db.transaction().execute(async (trx) => {
    await trx.updateTable('club').set({ name: 'half done' }).execute();
    begun.resolve(undefined);
    await goOn.promise;
    await trx.updateTable('club').set({ name: 'done' }).execute();
  });
  const ended = expect(broken).rejects.toMatchObject({ kind: 'database_unavailable' });
  await begun.promise;
  await cluster.stop();
  goOn.resolve(undefined);
  await ended;
  await cluster.start();
  await expect
    .poll(async () =>
      devices.touch(DEVICE).then(
        () => 'done',
        () => 'refused',
      ),
    )
    .toBe('done');
  const club = await db.selectFrom('club').select('name').executeTakeFirstOrThrow();
  expect(club.name).toBe('Club alpha');
});

it('what a device says meanwhile is taken when the database is back', async () => {
  const { db, devices } = portal.app.services;
  await cluster.stop();
  await expect.poll(async () => (await listCourts()).status).toBe(503);
  const report = reportOf(undefined, []);
  const taken = persist(systemClock, () =>
    devices.takeReported(DEVICE, { ...report, courts: [{ courtId: 'one', state: 'ok' }] }),
  );
  await cluster.start();
  await taken;
  const court = await db.selectFrom('court').select('camera_state').executeTakeFirstOrThrow();
  expect(court.camera_state).toBe('ok');
});

it('the lock is taken again: a second portal is refused as before', async () => {
  await cluster.stop();
  await cluster.start();
  await expect.poll(async () => (await listCourts()).status).toBe(200);
  await expect(openTestPortal({ databaseUrl: cluster.urlOf('postgres') })).rejects.toThrow('another portal');
});

it('a portal that lost its lock to another one writes nothing until that has ended', async () => {
  const url = cluster.urlOf('postgres');
  await administer(url, async (client) => {
    // In one breath, so that the portal is not the first to ask again.
    await client.query(
      `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'; select pg_advisory_lock(1348753010)`,
    );
    await expect.poll(async () => (await listCourts()).status).toBe(503);
  });
  await expect.poll(async () => (await listCourts()).status).toBe(200);
});
