/** A super administrator who sees the portal as somebody else: what that opens, what it never does, and who is in the log. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createManualClock } from './support/manual-clock.ts';
import { openTestPortal, ORIGIN, type TestPortal } from './support/portal.ts';
import {
  SEED_PASSWORD,
  seedClub,
  seedCourt,
  seedDevice,
  seedSession,
  seedUser,
  WITH_MOVIE,
  type SeededUser,
} from './support/seed.ts';

const REASON = { reason: 'cannot find the match' };
const clock = createManualClock(Date.now());
let portal: TestPortal;
let admin: SeededUser;
let player: SeededUser;
let clubAdmin: SeededUser;
let sessionId: string;
beforeAll(async () => {
  portal = await openTestPortal({ clock });
  const { services } = portal.app;
  await seedClub(services.db, 'north');
  await seedCourt(services.db, 'north', 'n1');
  const deviceId = await seedDevice(services.db, 'north');
  admin = await seedUser(services, { role: 'SUPER_ADMIN', name: 'root' });
  player = await seedUser(services, { role: 'PLAYER', clubIds: ['north'], name: 'paul' });
  clubAdmin = await seedUser(services, { role: 'CLUB_ADMIN', clubIds: ['north'], name: 'clara' });
  const where = { clubId: 'north', courtId: 'n1', deviceId, ownerId: player.userId };
  sessionId = await seedSession(services.db, where, WITH_MOVIE);
});
afterAll(() => portal.close());
beforeEach(async () => {
  await portal.app.services.db.deleteFrom('impersonation').execute();
  await portal.app.services.db.deleteFrom('audit').execute();
});

const call = (method: string, path: string, json?: object, cookie = admin.cookie) =>
  portal.call(method, path, { headers: { cookie, origin: ORIGIN }, json });
const start = (user: SeededUser, cookie?: string) =>
  call('POST', `/api/admin/users/${user.userId}/impersonation`, REASON, cookie);
const me = async (cookie?: string) =>
  (await (await call('GET', '/api/auth/me', undefined, cookie)).json()) as Record<string, unknown>;
const audit = () =>
  portal.app.services.db
    .selectFrom('audit')
    .select(['user_id', 'action', 'object', 'detail'])
    .where('action', '!=', 'impersonation.step')
    .orderBy('id')
    .execute();

it('the browser sees what the user sees, says so, and is oneself again at the end', async () => {
  const started = await start(player);
  expect(started.status).toBe(200);
  const { endsAt } = (await started.json()) as { endsAt: string };
  expect(Date.parse(endsAt)).toBe(clock.nowMs() + 60 * 60_000);
  expect(await me()).toMatchObject({
    userId: player.userId,
    role: 'PLAYER',
    impersonator: { userId: admin.userId, name: 'root', endsAt },
  });
  expect((await call('GET', '/api/admin/audit')).status).toBe(403);
  expect((await call('DELETE', '/api/auth/impersonation')).status).toBe(204);
  expect(await me()).toMatchObject({ userId: admin.userId, role: 'SUPER_ADMIN' });
  expect(await audit()).toMatchObject([
    { user_id: admin.userId, action: 'impersonation.start', object: player.userId },
    { user_id: admin.userId, action: 'impersonation.end', object: player.userId },
  ]);
});

it('the user’s own browser and the administrator’s programs stay what they are', async () => {
  await start(player);
  expect(await me(player.cookie)).not.toHaveProperty('impersonator');
  const { token } = admin;
  expect(await (await portal.call('GET', '/api/auth/me', { token })).json()).toMatchObject({
    userId: admin.userId,
  });
});

it('it ends after an hour, and that is in the log too', async () => {
  await start(player);
  await clock.advance(60 * 60_000);
  expect(await me()).toMatchObject({ userId: admin.userId });
  await portal.app.services.impersonations.sweep();
  expect(await audit()).toMatchObject([
    { action: 'impersonation.start' },
    { user_id: admin.userId, action: 'impersonation.end', detail: '{"by":"time"}' },
  ]);
});

it('each look at a video is in the log under the real person, the user’s own videos too', async () => {
  await start(player);
  await call('GET', `/api/video/files/${sessionId}/download`);
  const views = (await audit()).filter(({ action }) => action === 'video.download');
  expect(views).toMatchObject([{ user_id: admin.userId, object: sessionId }]);
  expect(JSON.parse(views[0]?.detail ?? '')).toMatchObject({ seenAs: player.userId });
});

it('what is done meanwhile is in the log under the real person', async () => {
  await start(clubAdmin);
  expect((await call('POST', '/api/clubs/north/invitations', {})).status).toBe(201);
  const [, made] = await audit();
  expect(made).toMatchObject({ user_id: admin.userId, action: 'invitation.create' });
  expect(JSON.parse(made?.detail ?? '')).toMatchObject({ seenAs: clubAdmin.userId });
});

it('each request that may change something is in the log, whatever came of it, without what opens something', async () => {
  const { db } = portal.app.services;
  await start(player);
  await call('GET', '/api/video/files/list');
  await call('PATCH', `/api/video/files/${sessionId}/clips/00aa11bb22cc33dd`, { name: 'Rally' });
  await call('POST', '/api/invitations/invitation-of-32-characters-0000/accept');
  const steps = await db.selectFrom('audit').selectAll().where('action', '=', 'impersonation.step').execute();
  expect(steps.map(({ user_id, object }) => [user_id, object])).toEqual([
    [admin.userId, `/api/video/files/${sessionId}/clips/00aa11bb22cc33dd`],
    [admin.userId, '/api/invitations/:token/accept'],
  ]);
  expect(JSON.parse(steps[0]?.detail ?? '')).toEqual({ method: 'PATCH', status: 404, seenAs: player.userId });
});

it.each([
  ['POST', '/api/account/password', { present: SEED_PASSWORD, password: 'quite another one' }],
  ['POST', '/api/account/email', { email: 'x@example.test', password: SEED_PASSWORD }],
  ['PATCH', '/api/account', { name: 'X' }],
  ['POST', '/api/account/passkeys/begin', { password: SEED_PASSWORD }],
  ['DELETE', '/api/account/logins', undefined],
  ['GET', '/api/account/logins', undefined],
  ['GET', '/api/privacy/data', undefined],
  ['POST', '/api/privacy/account/delete', { email: 'clara@example.test' }],
  ['POST', '/api/admin/users/PLAYER/password', { password: 'quite another one' }],
])('%s %s is refused meanwhile', async (method, path, json) => {
  await start(clubAdmin);
  const response = await call(method, path.replace('PLAYER', player.userId), json);
  expect(response.status).toBe(403);
  expect(await response.text()).toMatch('as somebody else');
});

it('nobody becomes a super administrator, oneself, or somebody else from within', async () => {
  const other = await seedUser(portal.app.services, { role: 'SUPER_ADMIN', name: 'other-root' });
  expect((await start(other)).status).toBe(403);
  expect((await start(admin)).status).toBe(403);
  await start(player);
  expect((await start(clubAdmin)).status).toBe(403);
  expect(await me()).toMatchObject({ userId: player.userId });
});

it('only super administrators may, for a reason', async () => {
  for (const cookie of [player.cookie, clubAdmin.cookie]) {
    expect((await start(player, cookie)).status).toBe(403);
  }
  const path = `/api/admin/users/${player.userId}/impersonation`;
  expect(await (await call('POST', path, { reason: ' ' })).json()).toMatchObject({
    status: 400,
    errors: [{ field: 'reason' }],
  });
});

it('a user who becomes a super administrator is not seen as any more', async () => {
  await start(clubAdmin);
  const { db } = portal.app.services;
  await db.updateTable('user').set({ role: 'SUPER_ADMIN' }).where('id', '=', clubAdmin.userId).execute();
  expect(await me()).toMatchObject({ userId: admin.userId });
  await db.updateTable('user').set({ role: 'CLUB_ADMIN' }).where('id', '=', clubAdmin.userId).execute();
});

it('logging out ends it with the login', async () => {
  const { auth } = portal.app.services;
  const { cookies } = await auth.login({ email: admin.email, password: SEED_PASSWORD }, '127.0.0.1');
  const cookie = cookies[0]?.split(';')[0] ?? '';
  await start(player, cookie);
  expect((await call('POST', '/api/auth/logout', undefined, cookie)).status).toBe(204);
  expect((await audit()).map(({ action }) => action)).toEqual(['impersonation.start', 'impersonation.end']);
});
