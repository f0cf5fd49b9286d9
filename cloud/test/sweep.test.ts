import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { STALE_UPLOAD_MS, sweepRows, sweepUploads } from '../src/lib/server/jobs/sweep.ts';
import { IDEMPOTENCY_LIFE_MS } from '../src/lib/server/sessions/open-session.ts';
import { createManualClock } from './support/manual-clock.ts';
import { openTestPortal, type TestPortal } from './support/portal.ts';
import { seedClub, seedCourt, seedDevice, seedSession, seedUser } from './support/seed.ts';

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

it('an upload that nobody finishes is given up, and a device that comes back starts over', async () => {
  const { db, uploads } = portal.app.services;
  const sweep = () => sweepUploads({ ...portal.app.services, clock });
  await seedClub(db, 'north');
  const deviceId = await seedDevice(db, 'north');
  await seedCourt(db, 'north', 'n1', { device_id: deviceId });
  const where = { clubId: 'north', courtId: 'n1', deviceId, ownerId: 'someone' };
  const sessionId = await seedSession(db, where, {
    state: 'complete',
    started_at: 1,
    duration_seconds: 5400,
  });
  const { uploadId } = await uploads.open(deviceId, sessionId);
  const folders = () => readdir(join(portal.dataDir, 'uploads'));
  await sweep();
  expect(await folders()).toHaveLength(1);
  await clock.advance(STALE_UPLOAD_MS + 1);
  await sweep();
  expect(await folders()).toEqual([]);
  expect((await uploads.open(deviceId, sessionId)).uploadId).not.toBe(uploadId);
});

it('an upload that the store holds and nobody knows is given up once it is old', async () => {
  const { store, uploads } = portal.app.services;
  const lost = await store.createUpload('clubs/north/sess_north_n1_1767225600/lost.mp4');
  const known = (): Promise<string[]> => Array.fromAsync(store.listUploads(), ({ uploadId }) => uploadId);
  // The store tells ages by this machine's clock.
  await clock.advance(Date.now() - clock.nowMs() - 1000);
  await uploads.abortUnknown(STALE_UPLOAD_MS);
  expect(await known()).toContain(lost.uploadId);
  await clock.advance(STALE_UPLOAD_MS + 2000);
  await uploads.abortUnknown(STALE_UPLOAD_MS);
  expect(await known()).not.toContain(lost.uploadId);
  expect(await known()).toHaveLength(1);
});
