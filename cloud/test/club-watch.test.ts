import { afterEach, beforeEach, expect, it } from 'vitest';
import { WATCH_LINK_SECONDS, WatchToken } from '@padelvar/shared/watch-link';
import type { WatchClaims } from '@padelvar/shared/watch-link';
import { createWatchTokens } from '../../edge/src/link/watch-tokens.ts';
import { createManualClock, type ManualClock } from './support/manual-clock.ts';
import { openTestPortal, type TestPortal } from './support/portal.ts';
import { seedClub, seedCourt, seedDevice, seedSession, seedUser } from './support/seed.ts';

const LAN = { lan: JSON.stringify(['192.168.7.4', '10.0.0.4']), lan_port: 5080 };
const SESSION = 'sess_north_n1_1767225600';
let clock: ManualClock;
let portal: TestPortal;
let token: string;
let adminToken: string;
let deviceId: string;

beforeEach(async () => {
  clock = createManualClock();
  portal = await openTestPortal({ clock });
  const { services } = portal.app;
  const clubId = await seedClub(services.db, 'north', { name: 'North' });
  await seedCourt(services.db, clubId, 'n1', { name: 'N1' });
  deviceId = await seedDevice(services.db, clubId);
  const owner = await seedUser(services, { role: 'PLAYER', clubIds: [clubId], name: 'owner' });
  const admin = await seedUser(services, { role: 'CLUB_ADMIN', clubIds: [clubId], name: 'admin' });
  [token, adminToken] = [owner.token, admin.token];
  await seedSession(
    services.db,
    { clubId, courtId: 'n1', deviceId, ownerId: owner.userId },
    {
      id: SESSION,
      state: 'complete',
      start_requested_at: 1,
      started_at: 1,
      movie_state: 'uploading',
      bytes: 100,
    },
  );
  await device({ ...LAN, online: 1, last_seen_at: clock.nowMs() });
});
afterEach(() => portal.close());

const device = (values: object): Promise<unknown> =>
  portal.app.services.db.updateTable('device').set(values).where('id', '=', deviceId).execute();
const session = (values: object): Promise<unknown> =>
  portal.app.services.db.updateTable('match_session').set(values).where('id', '=', SESSION).execute();
const ask = (): Promise<Response> => portal.call('GET', `/api/video/files/${SESSION}/local`, { token });

it('a match on its way is watched at the club by a link that its device checks by itself', async () => {
  await session({ elapsed_at: clock.nowMs(), ready_in_ms: 90_000, uploaded_bytes: 10 });
  const answer = await ask();
  expect(answer.status).toBe(200);
  const { url, expiresAt, etaSeconds, movie } = (await answer.json()) as {
    [name: string]: unknown;
    url: string;
    expiresAt: string;
  };
  expect({ etaSeconds, movie }).toEqual({ etaSeconds: 90, movie: 'uploading' });
  expect(Date.parse(expiresAt)).toBe(clock.nowMs() + WATCH_LINK_SECONDS * 1000);
  const { origin, pathname, searchParams } = new URL(url);
  expect(origin + pathname).toBe(`http://192.168.7.4:5080/watch/${SESSION}`);

  const { publicKey } = portal.app.services.watchLinks;
  const admit = (nowMs: number, ofDevice = deviceId, ofSession = SESSION): WatchClaims =>
    createWatchTokens({ deviceId: ofDevice, key: () => publicKey, nowMs: () => nowMs }).admit(
      searchParams.get('token') ?? '',
      ofSession,
    );
  expect(admit(clock.nowMs()).fileName).toBe('North - N1 - 1970-01-01 01h00.mp4');
  expect(() => admit(clock.nowMs() + WATCH_LINK_SECONDS * 1000)).toThrow('expired');
  expect(() => admit(clock.nowMs(), 'dev_ffffffffffffffff')).toThrow('another match');
  expect(() => admit(clock.nowMs(), deviceId, 'sess_north_n1_1767225601')).toThrow('another match');
});

it('the longest names of a club and a court leave the link as short as devices take it', async () => {
  const { db } = portal.app.services;
  await db
    .updateTable('club')
    .set({ name: '網'.repeat(200) })
    .execute();
  await db
    .updateTable('court')
    .set({ name: 'a\u0007"\\/'.repeat(50) })
    .execute();
  const { url } = (await (await ask()).json()) as { url: string };
  const token = new URL(url).searchParams.get('token') ?? '';
  expect(WatchToken.safeParse(token).success).toBe(true);
  const { publicKey } = portal.app.services.watchLinks;
  const tokens = createWatchTokens({ deviceId, key: () => publicKey, nowMs: () => clock.nowMs() });
  expect(tokens.admit(token, SESSION).fileName).toMatch(/^網{60} - (a ){12}- 1970-01-01 01h00\.mp4$/);
});

it('a page leads there by a plain link', async () => {
  const path = `/api/video/files/${SESSION}/local?open=1`;
  const answer = await portal.call('GET', path, { token });
  expect(answer.status).toBe(303);
  expect(answer.headers.get('location')).toMatch(`http://192.168.7.4:5080/watch/${SESSION}?token=`);
  expect((await portal.call('GET', path.replace('=1', '=2'), { token })).status).toBe(400);
  const status = async (): Promise<unknown> =>
    (await portal.call('GET', `/api/video/record/status/${SESSION}`, { token })).json();
  expect(await status()).toMatchObject({ watchAtClub: true });
  await device({ lan_port: null });
  expect(await status()).toMatchObject({ watchAtClub: false });
});

it('the key by which devices check links is the same after a restart, and none of the portal’s other secrets', async () => {
  const before = portal.app.services.watchLinks.publicKey;
  const { dataDir } = portal;
  const other = await openTestPortal();
  expect(other.app.services.watchLinks.publicKey).not.toBe(before);
  await other.close();
  await portal.app.close();
  portal = await openTestPortal({ dataDir, clock });
  expect(portal.app.services.watchLinks.publicKey).toBe(before);
});

it.each([
  ['whose mini-PC is offline', () => device({ online: 0, last_seen_at: null }), 409, 'device_offline'],
  ['whose mini-PC keeps its page to itself', () => device({ lan_port: null }), 409, 'not_ready'],
  ['whose mini-PC has no address', () => device({ lan: '[]' }), 409, 'not_ready'],
  ['of which nothing is recorded yet', () => session({ started_at: null }), 409, 'not_ready'],
  ['that was deleted', () => session({ movie_state: 'deleted' }), 410, 'gone'],
])('a match %s is not to be watched at the club', async (_what, arrange, status, kind) => {
  await arrange();
  const answer = await ask();
  expect({ status: answer.status, ...((await answer.json()) as { kind: string }) }).toMatchObject({
    status,
    kind,
  });
});

it('what a club sets of its line and disk reaches the device, and null is the default again', async () => {
  const change = async (json: object): Promise<unknown> =>
    (await portal.call('PATCH', `/api/admin/devices/${deviceId}`, { token: adminToken, json })).json();
  const { devices } = portal.app.services;
  const before = await devices.desired(deviceId);
  expect(before.settings).toEqual({});
  await change({ uplinkKbitPerSecond: 8_000, keepUploadedHours: 12 });
  const after = await devices.desired(deviceId);
  expect(after).toMatchObject({
    rev: before.rev + 1,
    settings: { uplinkKbitPerSecond: 8_000, keepUploadedHours: 12 },
  });
  expect(await change({ uplinkKbitPerSecond: null })).toEqual({
    uplinkKbitPerSecond: null,
    keepUploadedHours: 12,
  });
  expect((await devices.desired(deviceId)).settings).toEqual({ keepUploadedHours: 12 });
  expect(await change({ uplinkKbitPerSecond: 1 })).toMatchObject({
    status: 400,
    errors: [{ field: 'uplinkKbitPerSecond' }],
  });
});
