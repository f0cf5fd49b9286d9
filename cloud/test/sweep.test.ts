import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { STALE_UPLOAD_MS, sweepRows, sweepUploads } from '../src/lib/server/jobs/sweep.ts';
import { IDEMPOTENCY_LIFE_MS } from '../src/lib/server/sessions/open-session.ts';
import { describePart } from '../src/lib/server/storage/object-store.contract.ts';
import { createManualClock } from './support/manual-clock.ts';
import type { ManualClock } from './support/manual-clock.ts';
import { openTestPortal, type TestPortal } from './support/portal.ts';
import { seedClub, seedCourt, seedDevice, seedSession, seedUser, SEEDED_AT } from './support/seed.ts';
import type { SeededUser } from './support/seed.ts';
import { openTestStore, STORES } from './support/stores.ts';
import type { TestStore } from './support/stores.ts';

const clock = createManualClock(Date.now());
let portal: TestPortal;
beforeAll(async () => {
  portal = await openTestPortal({ clock });
});
afterAll(() => portal.close());

it('old idempotency keys and ended logins are forgotten, younger ones are not', async () => {
  const { db } = portal.app.services;
  const user = await seedUser(portal.app.services, { role: 'PLAYER' });
  const key = (name: string, ageMs: number) => ({
    user_id: user.userId,
    key: name,
    session_id: 'sess_a_b_1767225600',
    created_at: clock.nowMs() - ageMs,
  });
  await db
    .insertInto('idempotency')
    .values([key('old', IDEMPOTENCY_LIFE_MS + 1), key('young', IDEMPOTENCY_LIFE_MS - 1)])
    .execute();
  await sweepRows(db, clock);
  expect(await db.selectFrom('idempotency').select('key').execute()).toEqual([{ key: 'young' }]);
  expect(await db.selectFrom('session').select('id').execute()).toHaveLength(1);
  await clock.advance(31 * 24 * 60 * 60_000);
  await sweepRows(db, clock);
  expect(await db.selectFrom('session').select('id').execute()).toEqual([]);
});

describe.each(STORES)('with the store %s', (kind) => {
  let backing: TestStore;
  let clock: ManualClock;
  let portal: TestPortal;
  let deviceId: string;
  let owner: SeededUser;
  let sessions = 0;
  beforeAll(async () => {
    backing = await openTestStore(kind);
  });
  afterAll(() => backing.close());
  beforeEach(async () => {
    clock = createManualClock(Date.now());
    portal = await openTestPortal({ clock, ...backing.settings });
    const { db } = portal.app.services;
    await seedClub(db, 'north');
    deviceId = await seedDevice(db, 'north');
    await seedCourt(db, 'north', 'n1', { device_id: deviceId });
    owner = await seedUser(portal.app.services, { role: 'PLAYER', clubIds: ['north'] });
  });
  afterEach(async () => {
    const { store } = portal.app.services;
    for await (const { key, uploadId } of store.listUploads()) await store.abort(key, uploadId);
    await portal.close();
  });

  const sweep = (): Promise<void> => sweepUploads(portal.app.services);
  const addSession = (): Promise<string> =>
    seedSession(
      portal.app.services.db,
      { clubId: 'north', courtId: 'n1', deviceId, ownerId: owner.userId },
      {
        id: `sess_north_n1_${String(SEEDED_AT / 1000 + (sessions += 1))}`,
        ...{ state: 'complete', started_at: SEEDED_AT, duration_seconds: 5400, movie_state: 'uploading' },
      },
    );
  const listKeys = async (sessionId: string): Promise<string[]> => {
    const { store } = portal.app.services;
    const stored = [
      ...(await Array.fromAsync(store.list())),
      ...(await Array.fromAsync(store.listUploads())),
    ];
    return stored.map(({ key }) => key).filter((key) => key.includes(sessionId));
  };
  const movie = { durationMs: 2000, frames: 50, codec: 'avc1', width: 640, height: 360 };

  /** A movie that the store has completed when the portal is killed. */
  async function completeAndDie(sessionId: string): Promise<void> {
    const { store, uploads } = portal.app.services;
    const body = randomBytes(1000);
    const part = describePart(1, body);
    const { uploadId } = await uploads.open(deviceId, sessionId);
    await uploads.signPart(deviceId, sessionId, { uploadId, ...part });
    const [key = ''] = await listKeys(sessionId);
    await store.putPart(key, uploadId, part, body);
    const complete = store.complete.bind(store);
    store.complete = async (...what) => {
      await complete(...what);
      throw new Error('killed');
    };
    const told = { uploadId, totalBytes: body.length, parts: [part], movie };
    await expect(uploads.complete(deviceId, sessionId, told)).rejects.toThrow('killed');
    store.complete = complete;
  }

  it('an upload that nobody finishes is given up, and a device that comes back starts over', async () => {
    const { uploads } = portal.app.services;
    const sessionId = await addSession();
    const { uploadId } = await uploads.open(deviceId, sessionId);
    await sweep();
    expect(await listKeys(sessionId)).toHaveLength(1);
    await clock.advance(STALE_UPLOAD_MS + 1);
    await sweep();
    expect(await listKeys(sessionId)).toEqual([]);
    expect((await uploads.open(deviceId, sessionId)).uploadId).not.toBe(uploadId);
  });

  it('a movie that is whole in the store and was not written down gets into the library without its device', async () => {
    const sessionId = await addSession();
    await completeAndDie(sessionId);
    expect((await portal.app.services.uploads.open(deviceId, sessionId)).state).toBe('complete');
    await clock.advance(STALE_UPLOAD_MS + 1);
    await sweep();
    const { db, uploads } = portal.app.services;
    const row = await db
      .selectFrom('match_session')
      .selectAll()
      .where('id', '=', sessionId)
      .executeTakeFirstOrThrow();
    expect(row).toMatchObject({ movie_state: 'ready', movie_bytes: 1000, movie_duration_ms: 2000 });
    expect(await listKeys(sessionId)).toEqual([row.object_key]);
    expect((await uploads.open(deviceId, sessionId)).state).toBe('complete');
  });

  it('of a movie that is whole in the store and was not written down nothing is left once it is deleted', async () => {
    const sessionId = await addSession();
    await completeAndDie(sessionId);
    const receipt = await portal.app.services.files.delete(sessionId, owner);
    expect(receipt.storeErased).toBe(true);
    expect(await listKeys(sessionId)).toEqual([]);
  });

  it('an upload that the store holds and nobody knows is given up once it is old', async () => {
    const { store, uploads } = portal.app.services;
    const lost = await store.createUpload('clubs/north/sess_north_n1_1767225600/lost.mp4');
    const { uploadId } = await uploads.open(deviceId, await addSession());
    const known = (): Promise<string[]> => Array.fromAsync(store.listUploads(), (one) => one.uploadId);
    // The store tells ages by this machine's clock.
    await uploads.abortUnknown(STALE_UPLOAD_MS);
    expect(await known()).toContain(lost.uploadId);
    await clock.advance(STALE_UPLOAD_MS + 10 * 60_000);
    await uploads.abortUnknown(STALE_UPLOAD_MS);
    expect(await known()).toEqual([uploadId]);
  });
});
