import type { StorageReport, Video } from '@padelvar/shared/portal-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DAY_MS } from '../src/lib/server/files/retention-plan.ts';
import { createManualClock } from './support/manual-clock.ts';
import { openTestPortal } from './support/portal.ts';
import type { TestPortal } from './support/portal.ts';
import {
  seedClub,
  seedCourt,
  seedDevice,
  seedSession,
  seedUser,
  SEED_PASSWORD,
  SEEDED_AT,
  WITH_MOVIE,
} from './support/seed.ts';
import type { SeededUser } from './support/seed.ts';
import { storeMovie } from './support/stored-movie.ts';

const RETENTION_DAYS = 30;
const END = SEEDED_AT + RETENTION_DAYS * DAY_MS;
const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0]);
const clock = createManualClock(SEEDED_AT);
let portal: TestPortal;
let owner: SeededUser;
let admin: SeededUser;
/** Logins end while time passes here. */
const tokenOf = async ({ email }: SeededUser): Promise<string> =>
  (await portal.app.services.auth.login({ email, password: SEED_PASSWORD }, '127.0.0.1')).token;
let deviceId: string;

beforeAll(async () => {
  portal = await openTestPortal({ clock });
  const { services } = portal.app;
  await seedClub(services.db, 'north', { retention_days: RETENTION_DAYS });
  await seedClub(services.db, 'south');
  for (const clubId of ['north', 'south']) await seedCourt(services.db, clubId, `${clubId}1`);
  deviceId = await seedDevice(services.db, 'north');
  owner = await seedUser(services, { role: 'PLAYER', clubIds: ['north', 'south'], name: 'owner' });
  admin = await seedUser(services, { role: 'SUPER_ADMIN', name: 'admin' });
});
afterAll(() => portal.close());

async function addVideo(clubId: string, second = 0): Promise<string> {
  const { db, store, uploads } = portal.app.services;
  const id = `sess_${clubId}_${clubId}1_${SEEDED_AT / 1000 + second}`;
  const ids = { clubId, courtId: `${clubId}1`, deviceId, ownerId: owner.userId };
  const key = `clubs/${clubId}/${id}/movie.mp4`;
  await storeMovie({ store }, key, new Uint8Array(1000));
  await seedSession(db, ids, { ...WITH_MOVIE, id, object_key: key, movie_bytes: 1000 });
  const row = { session_id: id, object_key: key, upload_id: id, max_parts: 1, created_at: SEEDED_AT };
  await db
    .insertInto('upload')
    .values({ ...row, state: 'complete' })
    .execute();
  await uploads.putSideFile(deviceId, id, 'thumbnail.jpg', JPEG);
  return id;
}

const list = async (): Promise<Video[]> =>
  (
    (await (await portal.call('GET', '/api/video/files/list', { token: await tokenOf(owner) })).json()) as {
      items: Video[];
    }
  ).items;
const objects = async (): Promise<string[]> =>
  (await Array.fromAsync(portal.app.services.store.list())).map(({ key }) => key);
const notices = async (): Promise<number[]> =>
  (
    await portal.app.services.db
      .selectFrom('retention_notice')
      .select('days_before')
      .orderBy('made_at')
      .execute()
  ).map((row) => row.days_before);
const runAt = async (at: number): Promise<void> => {
  await clock.advance(at - clock.nowMs());
  await portal.app.services.retention.run();
};

test('a video says when it ends, is announced twice, and then is gone from store, library and device', async () => {
  const expiring = await addVideo('north');
  const kept = await addVideo('south');
  expect(Object.fromEntries((await list()).map((video) => [video.sessionId, video.expiresAt]))).toEqual({
    [expiring]: new Date(END).toISOString(),
    [kept]: null,
  });
  await runAt(END - 8 * DAY_MS);
  expect(await notices()).toEqual([]);
  await runAt(END - 7 * DAY_MS);
  await runAt(END - 6 * DAY_MS);
  expect(await notices()).toEqual([7]);
  await runAt(END - DAY_MS);
  expect(await notices()).toEqual([7, 1]);
  expect(await list()).toHaveLength(2);

  await runAt(END);
  const { db, devices } = portal.app.services;
  expect((await list()).map(({ sessionId }) => sessionId)).toEqual([kept]);
  expect((await objects()).filter((key) => key.includes(expiring))).toEqual([]);
  expect((await objects()).filter((key) => key.includes(kept))).toHaveLength(2);
  expect((await devices.desired(deviceId)).deletions).toEqual([expiring]);
  const receipts = await db.selectFrom('audit').selectAll().where('action', '=', 'video.expire').execute();
  expect(receipts).toMatchObject([{ object: expiring, user_id: null }]);
  expect(await notices()).toEqual([]);
});

test('a club that sets a shorter time deletes nothing that was not announced a day before', async () => {
  const id = await addVideo('north', 100);
  const { db } = portal.app.services;
  await db.updateTable('club').set({ retention_days: 1 }).where('id', '=', 'north').execute();
  await portal.app.services.retention.run();
  expect((await list()).some(({ sessionId }) => sessionId === id)).toBe(true);
  await runAt(clock.nowMs() + DAY_MS);
  expect((await list()).some(({ sessionId }) => sessionId === id)).toBe(false);
});

test('store and library are compared: what is missing, of another size or nobody’s is named and left', async () => {
  const { db, store, storageSweep } = portal.app.services;
  const [missing, shorter] = [await addVideo('south', 200), await addVideo('south', 300)];
  const compare = async (): Promise<StorageReport> => {
    const answer = await portal.call('POST', '/api/admin/storage/compare', { token: await tokenOf(admin) });
    return (await answer.json()) as StorageReport;
  };
  // Objects have the time of this machine, and a young one may be about to be written down.
  await clock.advance(Date.now() + DAY_MS - clock.nowMs());
  expect(await compare()).toMatchObject({ missing: [], wrongSize: [], unknown: [] });

  await store.delete(`clubs/south/${missing}/movie.mp4`);
  await db.updateTable('match_session').set({ movie_bytes: 999 }).where('id', '=', shorter).execute();
  await storeMovie({ store }, 'clubs/south/nobody/movie.mp4', new Uint8Array(7));
  const before = await objects();
  const report = await compare();
  expect(report).toMatchObject({
    missing: [{ key: `clubs/south/${missing}/movie.mp4`, sessionId: missing }],
    wrongSize: [{ key: `clubs/south/${shorter}/movie.mp4`, sessionId: shorter }],
    unknown: [{ key: 'clubs/south/nobody/movie.mp4', bytes: 7 }],
  });
  expect(await objects()).toEqual(before);
  expect(storageSweep.last).toEqual(report);
  const status = await portal.call('GET', '/api/admin/storage', { token: await tokenOf(admin) });
  expect(await status.json()).toMatchObject({ kind: 'folder', state: 'ok', report });
});
