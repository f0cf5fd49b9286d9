import { AppError } from '@padelvar/shared/errors';
import type { StorageReport, Video } from '@padelvar/shared/portal-api';
import { PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY_MS } from '../src/lib/server/files/retention-plan.ts';
import { systemClock } from '../src/lib/server/clock.ts';
import { createS3Client, S3_TIMEOUTS } from '../src/lib/server/storage/s3-client.ts';
import { createS3Store } from '../src/lib/server/storage/s3-store.ts';
import { PROBE_KEY } from '../src/lib/server/storage/storage-probe.ts';
import { createManualClock } from './support/manual-clock.ts';
import type { ManualClock } from './support/manual-clock.ts';
import { openTestPortal } from './support/portal.ts';
import type { TestPortal } from './support/portal.ts';
import {
  seedClub,
  seedCourt,
  seedDevice,
  seedSession,
  seedUser,
  SEEDED_AT,
  WITH_MOVIE,
} from './support/seed.ts';
import type { SeededUser } from './support/seed.ts';
import { storeMovie } from './support/stored-movie.ts';
import { openTestS3 } from './support/s3.ts';
import { openTestStore, STORES } from './support/stores.ts';
import type { TestStore } from './support/stores.ts';

const RETENTION_DAYS = 30;
const END = SEEDED_AT + RETENTION_DAYS * DAY_MS;
const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0]);
describe.each(STORES)('with the store %s', (kind) => {
  let backing: TestStore;
  let clock: ManualClock;
  let portal: TestPortal;
  let owner: SeededUser;
  let admin: SeededUser;
  /** Logins end while time passes here. */
  const tokenOf = async ({ userId }: SeededUser): Promise<string> =>
    (await portal.app.services.auth.enter(userId, '')).token;
  let deviceId: string;

  beforeAll(async () => {
    backing = await openTestStore(kind);
    clock = createManualClock(SEEDED_AT);
    portal = await openTestPortal({ clock, ...backing.settings });
    const { services } = portal.app;
    await seedClub(services.db, 'north', { retention_days: RETENTION_DAYS });
    await seedClub(services.db, 'south');
    for (const clubId of ['north', 'south']) await seedCourt(services.db, clubId, `${clubId}1`);
    deviceId = await seedDevice(services.db, 'north');
    owner = await seedUser(services, { role: 'PLAYER', clubIds: ['north', 'south'], name: 'owner' });
    admin = await seedUser(services, { role: 'SUPER_ADMIN', name: 'admin' });
  });
  afterAll(async () => {
    await portal.close();
    await backing.close();
  });

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

  test('an expiry that the store does not carry out at once has its receipt once it is, and no notice is left', async () => {
    const { db, store, retention, files } = portal.app.services;
    const id = await addVideo('north', 150);
    const receipts = () =>
      db
        .selectFrom('audit')
        .select('detail')
        .where('action', '=', 'video.expire')
        .where('object', '=', id)
        .execute();
    await retention.run();
    await clock.advance(DAY_MS);
    const remove = store.delete.bind(store);
    store.delete = () => Promise.reject(new AppError('storage_unreachable', 'gone for a while'));
    await retention.run();
    store.delete = remove;
    expect((await list()).some(({ sessionId }) => sessionId === id)).toBe(false);
    expect(await receipts()).toEqual([]);
    // The sweep may be first.
    await files.sweep();
    await retention.run();
    await retention.run();
    expect((await receipts()).map(({ detail }) => JSON.parse(detail) as unknown)).toMatchObject([
      { clubId: 'north', storeErased: true, bytes: 1000 },
    ]);
    expect(await notices()).toEqual([]);
  });

  test('what was said of a video is forgotten where somebody deletes it before its end', async () => {
    const id = await addVideo('north', 160);
    await portal.app.services.retention.run();
    expect(await notices()).not.toEqual([]);
    await portal.app.services.files.delete(id, owner);
    await portal.app.services.retention.run();
    expect(await notices()).toEqual([]);
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
    expect(await compare()).toMatchObject({ missing: [], wrongSize: [], unknown: [], unknownUploads: [] });

    await store.delete(`clubs/south/${missing}/movie.mp4`);
    await db.updateTable('match_session').set({ movie_bytes: 999 }).where('id', '=', shorter).execute();
    await storeMovie({ store }, 'clubs/south/nobody/movie.mp4', new Uint8Array(7));
    await store.createUpload('clubs/south/nobody/other.mp4');
    const before = await objects();
    const report = await compare();
    expect(report).toMatchObject({
      missing: [{ key: `clubs/south/${missing}/movie.mp4`, sessionId: missing }],
      wrongSize: [{ key: `clubs/south/${shorter}/movie.mp4`, sessionId: shorter }],
      unknown: [{ key: 'clubs/south/nobody/movie.mp4', bytes: 7 }],
      unknownUploads: [{ key: 'clubs/south/nobody/other.mp4' }],
      oldVersions: [],
    });
    expect(await objects()).toEqual(before);
    expect(await storageSweep.last()).toEqual(report);
    const listMissing = async (): Promise<string[]> =>
      (await list()).flatMap(({ sessionId, missingSince }) => (missingSince === null ? [] : sessionId));
    expect(await listMissing()).toEqual([missing]);
    await storeMovie({ store }, `clubs/south/${missing}/movie.mp4`, new Uint8Array(1000));
    await compare();
    expect(await listMissing()).toEqual([]);
    const status = await portal.call('GET', '/api/admin/storage', { token: await tokenOf(admin) });
    expect(await status.json()).toMatchObject({ kind, state: 'ok', report: { missing: [] } });
  });
});

test('a bucket that keeps versions: what is left of a replaced object is told, by pages too, and nothing is deleted', async () => {
  const { server, settings } = await openTestS3();
  const client = createS3Client(settings, S3_TIMEOUTS);
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await client.send(new PutBucketVersioningCommand({ Bucket: settings.bucket, VersioningConfiguration }));
  const portal = await openTestPortal({ s3: settings });
  const { store, storageSweep } = portal.app.services;
  const key = 'clubs/south/sess_south_south1_1767225600/movie.mp4';
  for (const bytes of [5, 6, 7]) await storeMovie({ store }, key, new Uint8Array(bytes));
  // By which the store is probed: no news.
  for (let turn = 0; turn < 2; turn += 1)
    await store.put({ key: PROBE_KEY, contentType: 'text/plain', body: new Uint8Array(1) });
  const { oldVersions, objects } = await storageSweep.run();
  expect(oldVersions.map(({ bytes }) => bytes).sort()).toEqual([5, 6]);
  expect(new Set(oldVersions.map((old) => old.key))).toEqual(new Set([key]));
  expect(objects).toBe(1);
  const paged = createS3Store({ settings, clock: systemClock, pageSize: 2 });
  const listed = await Array.fromAsync(paged.listOldVersions());
  expect(listed.filter((old) => old.key === key)).toHaveLength(2);
  paged.close();
  client.destroy();
  await portal.close();
  await server.close();
});
