/** A club as its administrator runs it: lengths, sound, who is invited, what it takes, how much is recorded. */
import type { AuditEntry, Invitation, Member, Statistics, StorageUse } from '@padelvar/shared/club-api';
import type { Club, Court, Me } from '@padelvar/shared/portal-api';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadDesired } from '../src/lib/server/devices/desired.ts';
import { createManualClock } from './support/manual-clock.ts';
import { openTestPortal, type TestPortal } from './support/portal.ts';
import { seedSession, WITH_MOVIE } from './support/seed.ts';
import { createWorld, DEVICE, MOVIE_SESSION, OPEN_SESSION, type World } from './support/world.ts';

const NOW = Date.UTC(2026, 2, 30, 12);
const clock = createManualClock(NOW);
let portal: TestPortal;
let world: World;
beforeAll(async () => {
  portal = await openTestPortal({ clock });
  world = await createWorld(portal.app.services);
});
beforeEach(() => world.reset());
afterAll(() => portal.close());

type Who = keyof World['tokens'];
const ask = (who: Who, method: string, path: string, json?: unknown) =>
  portal.call(method, path, { token: world.tokens[who], json });
const read = async <Body>(who: Who, path: string): Promise<Body> =>
  (await (await ask(who, 'GET', path)).json()) as Body;

describe('the lengths of recordings', () => {
  it('are the club’s: the usual one where none is asked for, the longest at most', async () => {
    const lengths = { defaultMinutes: 60, maxMinutes: 75 };
    const updated = (await (await ask('admin', 'PATCH', '/api/clubs/north', lengths)).json()) as Club;
    expect(updated).toMatchObject(lengths);
    const tooLong = await ask('owner', 'POST', '/api/video/record/start', {
      ...{ sessionId: OPEN_SESSION, durationMinutes: 90 },
    });
    expect(tooLong.status).toBe(400);
    expect(await tooLong.json()).toMatchObject({ errors: [{ field: 'durationMinutes' }] });
    const { clubs } = portal.app.services;
    expect(await clubs.planMinutes('north', undefined)).toBe(60);
    expect(await clubs.planMinutes('north', 75)).toBe(75);
  });

  it.each([
    [{ defaultMinutes: 90, maxMinutes: 60 }, 'defaultMinutes'],
    [{ maxMinutes: 30 }, 'defaultMinutes'],
    [{ maxMinutes: 241 }, 'maxMinutes'],
    [{ defaultMinutes: 0 }, 'defaultMinutes'],
    [{ retentionDays: 0 }, 'retentionDays'],
    [{ brandColor: 'red' }, 'brandColor'],
  ])('and other rules like %j are refused and the field named', async (json, field) => {
    const response = await ask('admin', 'PATCH', '/api/clubs/north', json);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ field }] });
  });
});

it('sound is off until a club turns it on for a court, and the device is told', async () => {
  const { db } = portal.app.services;
  const audioOf = async () =>
    (await loadDesired(db, DEVICE, clock.nowMs()))?.courts.map(({ courtId, audio }) => [courtId, audio]);
  expect(await audioOf()).toEqual([
    ['n1', undefined],
    ['n2', undefined],
    ['n3', undefined],
  ]);
  const changed = (await (await ask('admin', 'PATCH', '/api/courts/n2', { audio: true })).json()) as Court;
  expect(changed.audio).toBe(true);
  expect((await audioOf())?.[1]).toEqual(['n2', true]);
  const log = await read<{ items: AuditEntry[] }>('super', '/api/admin/audit?object=n2');
  expect(log.items[0]).toMatchObject({ action: 'court.update', detail: { audio: true } });
});

async function invite(json: object = {}): Promise<{ invitationId: string; token: string }> {
  const response = await ask('admin', 'POST', '/api/clubs/north/invitations', json);
  expect(response.status).toBe(201);
  const { invitationId, url } = (await response.json()) as Invitation & { url: string };
  return { invitationId, token: url.split('/i/')[1] ?? '' };
}

describe('an invitation', () => {
  it('makes one person a member, once', async () => {
    const { token } = await invite({ label: 'Ana' });
    const view = await portal.call('GET', `/api/invitations/${token}`);
    expect(await view.json()).toMatchObject({ clubName: 'Club north', role: 'PLAYER' });
    const accepted = await ask('foreigner', 'POST', `/api/invitations/${token}/accept`);
    expect(await accepted.json()).toEqual({ clubId: 'north' });
    expect((await read<Me>('foreigner', '/api/auth/me')).clubIds).toEqual(['north', 'south']);
    for (const who of ['participant', 'foreigner'] as const) {
      expect((await ask(who, 'POST', `/api/invitations/${token}/accept`)).status).toBe(410);
    }
    expect((await portal.call('GET', `/api/invitations/${token}`)).status).toBe(410);
  });

  it('of an administrator makes one of a member of this club, never of somebody of another', async () => {
    const { token } = await invite({ role: 'CLUB_ADMIN' });
    expect((await ask('foreigner', 'POST', `/api/invitations/${token}/accept`)).status).toBe(409);
    expect((await ask('member', 'POST', `/api/invitations/${token}/accept`)).status).toBe(200);
    expect(await read<Me>('member', '/api/auth/me')).toMatchObject({
      role: 'CLUB_ADMIN',
      clubIds: ['north'],
    });
    const { db } = portal.app.services;
    await db.updateTable('user').set({ role: 'PLAYER' }).where('name', '=', 'member').execute();
  });

  it('is refused to staff, and to the administrator of another club', async () => {
    const { token } = await invite();
    for (const who of ['super', 'support', 'foreignAdmin'] as const) {
      expect((await ask(who, 'POST', `/api/invitations/${token}/accept`)).status).toBe(409);
    }
    expect((await portal.call('GET', `/api/invitations/${token}`)).status).toBe(200);
  });

  it('ends when it is taken back or its days are over; the list never shows the address', async () => {
    const first = await invite({ label: 'first' });
    const second = await invite({ label: 'second' });
    const text = await (await ask('support', 'GET', '/api/clubs/north/invitations?limit=1')).text();
    expect(text).not.toContain(second.token);
    const page = JSON.parse(text) as { items: Invitation[]; nextCursor: string };
    expect(page.items).toHaveLength(1);
    const rest = await read<{ items: Invitation[] }>(
      'admin',
      `/api/clubs/north/invitations?cursor=${page.nextCursor}`,
    );
    expect([...page.items, ...rest.items]).toHaveLength(3);
    const path = `/api/clubs/north/invitations/${first.invitationId}`;
    expect((await ask('admin', 'DELETE', path)).status).toBe(204);
    expect((await ask('admin', 'DELETE', path)).status).toBe(404);
    expect((await portal.call('GET', `/api/invitations/${first.token}`)).status).toBe(410);
    const { db } = portal.app.services;
    await db.updateTable('invitation').set({ expires_at: clock.nowMs() }).execute();
    expect((await portal.call('GET', `/api/invitations/${second.token}`)).status).toBe(410);
  });
});

describe('members', () => {
  it('come a page at a time, and are taken out of the club only', async () => {
    const first = await read<{ items: Member[]; nextCursor: string }>(
      'admin',
      '/api/clubs/north/members?limit=3',
    );
    const rest = await read<{ items: Member[] }>(
      'admin',
      `/api/clubs/north/members?cursor=${first.nextCursor}`,
    );
    const names = [...first.items, ...rest.items].map(({ name }) => name);
    expect(names).toEqual(['admin', 'member', 'owner', 'target']);
    expect((await ask('admin', 'DELETE', `/api/clubs/north/members/${world.targetId}`)).status).toBe(204);
    expect((await ask('admin', 'DELETE', `/api/clubs/north/members/${world.targetId}`)).status).toBe(404);
    const users = await read<{ items: { userId: string }[] }>('super', '/api/admin/users');
    expect(users.items.some(({ userId }) => userId === world.targetId)).toBe(true);
  });

  it('who were administrators are players again without a club', async () => {
    const { db } = portal.app.services;
    const { userId } = await read<Me>('member', '/api/auth/me');
    await db.updateTable('user').set({ role: 'CLUB_ADMIN' }).where('id', '=', userId).execute();
    await db.insertInto('club_member').values({ club_id: 'south', user_id: userId }).execute();
    const path = (clubId: string) => `/api/clubs/${clubId}/members/${userId}`;
    await ask('super', 'DELETE', path('south'));
    expect((await read<Me>('member', '/api/auth/me')).role).toBe('CLUB_ADMIN');
    await ask('admin', 'DELETE', path('north'));
    expect(await read<Me>('member', '/api/auth/me')).toMatchObject({ role: 'PLAYER', clubIds: [] });
    const { token } = await invite();
    expect((await ask('member', 'POST', `/api/invitations/${token}/accept`)).status).toBe(200);
  });

  it('don’t take themselves out', async () => {
    const { userId } = await read<Me>('admin', '/api/auth/me');
    expect((await ask('admin', 'DELETE', `/api/clubs/north/members/${userId}`)).status).toBe(409);
  });
});

it('an administrator who plays in another club finds that match in every list', async () => {
  const { userId } = await read<Me>('foreignAdmin', '/api/auth/me');
  const lists = ['/api/video/files/list', '/api/video/clips', '/api/video/session/list'];
  const found = async () => {
    const pages = await Promise.all(
      lists.map((path) => read<{ items: { sessionId: string }[] }>('foreignAdmin', path)),
    );
    return pages.map(({ items }) => items.map(({ sessionId }) => sessionId));
  };
  expect(await found()).toEqual([[], [], []]);
  const row = { session_id: MOVIE_SESSION, user_id: userId };
  await portal.app.services.db.insertInto('session_participant').values(row).execute();
  expect(await found()).toEqual([[MOVIE_SESSION], [MOVIE_SESSION], [MOVIE_SESSION]]);
});

it('what the club’s videos take is counted, and what a retention would take can be told from it', async () => {
  const { db } = portal.app.services;
  const where = { clubId: 'north', courtId: 'n3', deviceId: DEVICE, ownerId: 'o' };
  for (let index = 0; index < 14; index += 1) {
    const startedAt = NOW - index * 24 * 60 * 60_000;
    await seedSession(db, where, {
      ...WITH_MOVIE,
      id: `sess_north_n3_${startedAt / 1000}`,
      ...{ opened_at: startedAt, started_at: startedAt, movie_bytes: 2_000_000_000 },
      movie_state: index < 7 ? 'ready' : 'deleted',
    });
  }
  const use = await read<StorageUse>('admin', '/api/clubs/north/storage');
  // With the 5000 bytes of the further movie that the world's match has.
  expect(use).toMatchObject({ videos: 8, bytes: 14_001_005_000, videosPerDay: 0.5 });
  expect(await read<StorageUse>('foreignAdmin', '/api/clubs/south/storage')).toMatchObject({
    ...{ videos: 0, bytes: 0, bytesPerVideo: 2_000_000_000 },
  });
});

it('what lies in the store beside a movie counts, what is not there yet or no more does not', async () => {
  const { db } = portal.app.services;
  const bytes = async () => (await read<StorageUse>('admin', '/api/clubs/north/storage')).bytes;
  expect(await bytes()).toBe(1_005_000);
  const sideFile = { session_id: MOVIE_SESSION, name: 'thumbnail.jpg', stored_at: NOW } as const;
  await db
    .insertInto('side_file')
    .values({ ...sideFile, object_key: `clubs/north/${MOVIE_SESSION}/thumbnail.jpg`, bytes: 300 })
    .execute();
  expect(await bytes()).toBe(1_005_300);
  for (const state of ['open', 'aborted', 'erased'] as const) {
    await db.updateTable('further_movie').set({ state }).execute();
    expect(await bytes()).toBe(1_000_300);
  }
});

it('recordings, minutes and failures are counted per court and day of the club’s clock', async () => {
  const { db } = portal.app.services;
  const where = { clubId: 'north', courtId: 'n3', deviceId: DEVICE, ownerId: 'o' };
  const seed = (instant: string, columns: object) => {
    const at = Date.parse(instant);
    const id = `sess_north_n3_${at / 1000}`;
    return seedSession(db, where, { ...WITH_MOVIE, id, opened_at: at, started_at: at, ...columns });
  };
  // 23:30 on the 28th in Paris, and 00:30 on the 29th, the day of 23 hours.
  await seed('2026-03-28T22:30:00Z', { movie_duration_ms: 5_400_000 });
  await seed('2026-03-28T23:30:00Z', { movie_duration_ms: 90_000 });
  await seed('2026-03-29T20:00:00Z', { state: 'failed', movie_state: 'none', started_at: null });
  const found = await read<Statistics>('admin', '/api/clubs/north/statistics?days=3');
  expect(found.days).toEqual([
    { day: '2026-03-28', courts: [{ courtId: 'n3', recordings: 1, minutes: 90, failures: 0 }] },
    { day: '2026-03-29', courts: [{ courtId: 'n3', recordings: 1, minutes: 1.5, failures: 1 }] },
    { day: '2026-03-30', courts: [] },
  ]);
  expect(found.courts.map(({ name }) => name)).toEqual(['Court n1', 'Court n2', 'Court n3']);
  expect((await ask('admin', 'GET', '/api/clubs/north/statistics?days=93')).status).toBe(400);
});

it('the audit log comes newest first, a page at a time, by person, action or object', async () => {
  for (const name of ['A', 'B', 'C']) await ask('admin', 'PATCH', '/api/clubs/north', { name });
  const { userId } = await read<Me>('admin', '/api/auth/me');
  const query = `action=club.update&object=north&userId=${userId}`;
  const first = await read<{ items: AuditEntry[]; nextCursor: string }>(
    'support',
    `/api/admin/audit?${query}&limit=2`,
  );
  expect(first.items.map(({ detail }) => detail['name'])).toEqual(['C', 'B']);
  expect(first.items[0]).toMatchObject({ userName: 'admin', object: 'north' });
  const rest = await read<{ items: AuditEntry[] }>(
    'support',
    `/api/admin/audit?${query}&cursor=${first.nextCursor}`,
  );
  expect(rest.items[0]?.detail['name']).toBe('A');
});
