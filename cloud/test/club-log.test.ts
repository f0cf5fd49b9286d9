/** What a club reads of who looked at its courts and videos. */
import type { ClubLogEntry } from '@padelvar/shared/club-api';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createManualClock } from './support/manual-clock.ts';
import { openTestPortal, ORIGIN, type TestPortal } from './support/portal.ts';
import { seedDevice, seedSession, seedUser } from './support/seed.ts';
import { createWorld, MOVIE_SESSION, OPEN_SESSION, type CallerName, type World } from './support/world.ts';

const clock = createManualClock(Date.UTC(2026, 5, 1, 18, 30));
let portal: TestPortal;
let world: World;
beforeAll(async () => {
  portal = await openTestPortal({ clock });
  world = await createWorld(portal.app.services);
});
beforeEach(async () => {
  await world.reset();
  await portal.app.services.db.deleteFrom('audit').execute();
});
afterAll(() => portal.close());

type Who = Exclude<CallerName, 'nobody'>;
const call = (who: Who, path: string, json?: object) =>
  portal.call(json === undefined ? 'GET' : 'POST', path, { token: world.tokens[who], json });
const ask = async (who: Who, path: string, json?: object): Promise<void> => {
  await (await call(who, path, json)).body?.cancel();
};
const look = (sessionId: string, reason: string, who: Who = 'support') =>
  ask(who, `/api/preview/${sessionId}/snapshot.jpg?reason=${encodeURIComponent(reason)}`);
const read = async (who: Who, clubId = 'north', query = ''): Promise<ClubLogEntry[]> => {
  const response = await call(who, `/api/clubs/${clubId}/log${query}`);
  expect(response.status).toBe(200);
  return ((await response.json()) as { items: ClubLogEntry[] }).items;
};

it('the club’s administrator reads who of support looked, when, at which court and why', async () => {
  await look(OPEN_SESSION, 'the picture is dark');
  expect(await read('admin')).toMatchObject([
    {
      ...{ at: new Date(clock.nowMs()).toISOString(), userName: 'support', role: 'SUPPORT', seenAs: null },
      ...{ action: 'preview.snapshot', sessionId: OPEN_SESSION, courtName: 'Court n1' },
      ...{ reason: 'the picture is dark', authority: null },
    },
  ]);
});

it('other clubs’ administrators, players and strangers read none of it', async () => {
  await look(OPEN_SESSION, 'the picture is dark');
  expect(await read('foreignAdmin', 'south')).toEqual([]);
  for (const [who, status] of [
    ['foreignAdmin', 404],
    ['owner', 403],
    ['foreigner', 404],
  ] as const) {
    const response = await call(who, '/api/clubs/north/log');
    expect(response.status).toBe(status);
    expect(await response.text()).not.toMatch('dark');
  }
});

it('a court of the other club is in that club’s log alone', async () => {
  const { db } = portal.app.services;
  const deviceId = await seedDevice(db, 'south');
  const where = { clubId: 'south', courtId: 's1', deviceId, ownerId: 'somebody' };
  await look(await seedSession(db, where), 'no sound');
  expect(await read('admin')).toEqual([]);
  expect(await read('foreignAdmin', 'south')).toMatchObject([{ reason: 'no sound', courtName: 's1' }]);
});

it('each reason is a line, the same one again within ten minutes none', async () => {
  for (const reason of ['dark', 'dark', 'no sound', 'dark']) await look(OPEN_SESSION, reason);
  expect((await read('admin')).map(({ reason }) => reason)).toEqual(['no sound', 'dark']);
  await clock.advance(10 * 60_000 + 1);
  await look(OPEN_SESSION, 'dark');
  expect((await read('admin')).map(({ reason }) => reason)).toEqual(['dark', 'no sound', 'dark']);
});

it('whoever plays in a match is not in it; those of the portal and the club who watched are', async () => {
  const path = `/api/video/files/${MOVIE_SESSION}/download?disposition=inline`;
  for (const who of ['owner', 'participant', 'super', 'admin'] as const) await ask(who, path);
  await ask('admin', `/api/video/files/${MOVIE_SESSION}/owner`, { email: 'member@example.test' });
  expect((await read('admin')).map(({ userName, action }) => `${userName} ${action}`)).toEqual([
    'admin video.hand-over',
    'admin video.watch',
    'super video.watch',
  ]);
});

it('who sees the portal as a member is named, with the reason, and what they watch so', async () => {
  const root = await seedUser(portal.app.services, { role: 'SUPER_ADMIN', name: 'root' });
  const headers = { cookie: root.cookie, origin: ORIGIN };
  const json = { reason: 'cannot find the match' };
  await portal.call('POST', `/api/admin/users/${world.targetId}/impersonation`, { headers, json });
  await portal.app.services.db
    .updateTable('match_session')
    .set({ owner_id: world.targetId })
    .where('id', '=', MOVIE_SESSION)
    .execute();
  await portal.call('GET', `/api/video/files/${MOVIE_SESSION}/download`, { headers });
  const asTarget = { userName: 'root', role: 'SUPER_ADMIN', seenAs: 'target' };
  expect(await read('admin')).toMatchObject([
    { ...asTarget, action: 'video.download', courtName: 'Court n2', reason: '' },
    { ...asTarget, action: 'impersonation.start', courtName: null, reason: 'cannot find the match' },
  ]);
  expect(await read('foreignAdmin', 'south')).toEqual([]);
});

it('the log comes newest first, a page at a time', async () => {
  for (const reason of ['one', 'two', 'three']) {
    await look(OPEN_SESSION, reason);
    await clock.advance(1000);
  }
  const first = (await (await call('admin', '/api/clubs/north/log?limit=2')).json()) as {
    items: ClubLogEntry[];
    nextCursor: string;
  };
  expect(first.items.map(({ reason }) => reason)).toEqual(['three', 'two']);
  const second = await read('admin', 'north', `?limit=2&cursor=${first.nextCursor}`);
  expect(second.map(({ reason }) => reason)).toEqual(['one']);
});
