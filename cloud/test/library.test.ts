import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DeletionReceipt, Video } from '@padelvar/shared/portal-api';
import { openTestPortal, ORIGIN } from './support/portal.ts';
import type { TestPortal } from './support/portal.ts';
import { seedClub, seedCourt, seedDevice, seedSession, seedUser, WITH_MOVIE } from './support/seed.ts';
import type { SeededUser } from './support/seed.ts';

const RECORDED_AT = Date.UTC(2026, 5, 1, 18, 30);
const bytes = randomBytes(500_000);
let portal: TestPortal;
const users: Record<string, SeededUser> = {};
let sessionIds: string[] = [];

beforeAll(async () => {
  portal = await openTestPortal();
  const { services } = portal.app;
  for (const clubId of ['north', 'south']) {
    await seedClub(services.db, clubId, { name: `Pádel ${clubId}` });
    await seedCourt(services.db, clubId, `${clubId}1`, { name: 'Court 1' });
    await seedDevice(services.db, clubId);
  }
  for (const [name, role, clubIds] of [
    ['owner', 'PLAYER', ['north']],
    ['friend', 'PLAYER', ['north']],
    ['stranger', 'PLAYER', ['south']],
    ['manager', 'CLUB_ADMIN', ['north']],
    ['admin', 'SUPER_ADMIN', []],
    ['support', 'SUPPORT', []],
  ] as const) {
    users[name] = await seedUser(services, { role, clubIds, name });
  }
  sessionIds = await Promise.all([0, 1, 2].map((index) => addVideo('north', 'owner', index)));
  await addVideo('south', 'stranger', 0);
  await services.db
    .insertInto('session_participant')
    .values({ session_id: sessionIds[0] ?? '', user_id: userOf('friend').userId })
    .execute();
});
afterAll(() => portal.close());

const userOf = (name: string): SeededUser => users[name] as SeededUser;

/** A video with bytes in the store, recorded `index` seconds after the first. */
async function addVideo(clubId: string, owner: string, index: number): Promise<string> {
  const { db, store } = portal.app.services;
  const recordedAt = RECORDED_AT + index * 1000;
  const id = `sess_${clubId}_${clubId}1_${recordedAt / 1000}`;
  const key = `clubs/${clubId}/${id}/movie.mp4`;
  await store.put({ key, contentType: 'video/mp4', body: bytes });
  const ids = {
    clubId,
    courtId: `${clubId}1`,
    deviceId: `dev_${clubId}00000000`,
    ownerId: userOf(owner).userId,
  };
  return seedSession(db, ids, {
    ...WITH_MOVIE,
    id,
    opened_at: recordedAt,
    started_at: recordedAt,
    object_key: key,
    movie_bytes: bytes.length,
  });
}

const call = (method: string, path: string, user?: string, headers = {}): Promise<Response> =>
  portal.call(method, `/api/video/files/${path}`, {
    headers,
    ...(user === undefined ? {} : { token: userOf(user).token }),
  });
const list = async (query: string, user: string): Promise<{ items: Video[]; nextCursor: string | null }> =>
  (await (await call('GET', `list${query}`, user)).json()) as { items: Video[]; nextCursor: string | null };
const follow = (answer: Response, headers = {}): Promise<Response> =>
  portal.app.fetch(new Request(new URL(answer.headers.get('location') ?? '', ORIGIN), { headers }));

describe('the list', () => {
  test.each([
    ['owner', 3, true],
    ['friend', 1, false],
    ['stranger', 1, true],
    ['manager', 3, true],
    ['admin', 4, true],
    ['support', 4, false],
  ])('shows %s what is theirs: %i videos, deletable: %s', async (user, count, canDelete) => {
    const { items } = await list('', user);
    expect(items).toHaveLength(count);
    expect(items.every((video) => video.canDelete === canDelete)).toBe(true);
  });

  test('comes newest first, a page at a time', async () => {
    const first = await list('?limit=2', 'owner');
    const second = await list(`?limit=2&cursor=${first.nextCursor ?? ''}`, 'owner');
    expect([...first.items, ...second.items].map(({ sessionId }) => sessionId)).toEqual(
      sessionIds.toReversed(),
    );
    expect(second.nextCursor).toBeNull();
  });

  test.each([
    ['courtId=north1', 3],
    ['courtId=south1', 0],
    ['from=2026-06-01T18:30:01.000Z', 2],
    ['to=2026-06-01T18:30:01.000Z', 1],
    ['from=2026-06-01T18:30:01.000Z&to=2026-06-01T18:30:02.000Z&clubId=north', 1],
  ])('filtered by %s holds %i', async (query, count) => {
    expect((await list(`?${query}`, 'owner')).items).toHaveLength(count);
  });

  test('of a day holds what began on it by the clock of each club', async () => {
    const { db } = portal.app.services;
    const inZone = (timeZone: string) =>
      db.updateTable('club').set({ time_zone: timeZone }).where('id', '=', 'south').execute();
    await inZone('Pacific/Auckland');
    const clubsOn = async (date: string, query = '') =>
      (await list(`?date=${date}${query}`, 'admin')).items.map(({ clubName }) => clubName);
    expect(await clubsOn('2026-05-31')).toEqual([]);
    expect(await clubsOn('2026-06-01')).toEqual(Array.from({ length: 3 }, () => 'Pádel north'));
    expect(await clubsOn('2026-06-02')).toEqual(['Pádel south']);
    expect(await clubsOn('2026-06-02', '&clubId=north')).toEqual([]);
    await inZone('Europe/Paris');
    expect(await clubsOn('2026-06-01')).toHaveLength(4);
  });

  test.each(['courtId=No!', 'from=yesterday', 'to=1', 'date=2026-06-31', 'limit=101', 'cursor=bm9uc2Vuc2U'])(
    'filtered by %s is refused and the field named',
    async (query) => {
      const response = await call('GET', `list?${query}`, 'owner');
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ errors: [{ field: query.split('=')[0] }] });
    },
  );

  test('of one club names club, court, time and size', async () => {
    const { items } = await list('?clubId=south', 'admin');
    expect(items).toMatchObject([
      { clubName: 'Pádel south', courtName: 'Court 1', bytes: 500_000, durationSeconds: 20, width: 1920 },
    ]);
    expect((await call('GET', 'list?clubId=south', 'owner')).status).toBe(404);
    expect((await call('GET', 'list')).status).toBe(401);
  });
});

describe('one video', () => {
  test('is told with its gaps, in the time zone of its club, and what the reader may do with it', async () => {
    const id = sessionIds[0] ?? '';
    const gaps = [{ fromMs: 5000, toMs: 7000, reason: 'camera_lost' }];
    const { db } = portal.app.services;
    await db
      .updateTable('match_session')
      .set({ gaps: JSON.stringify(gaps) })
      .where('id', '=', id)
      .execute();
    const read = async (user: string) => (await (await call('GET', id, user)).json()) as Video;
    expect(await read('owner')).toMatchObject({
      gaps,
      timeZone: 'Europe/Paris',
      canDelete: true,
      canShare: true,
    });
    expect(await read('friend')).toMatchObject({ sessionId: id, canDelete: false, canShare: false });
    expect((await call('GET', id, 'stranger')).status).toBe(404);
    expect((await call('GET', sessionIds[1] ?? '', 'friend')).status).toBe(403);
    expect((await call('GET', id)).status).toBe(401);
  });

  test('that does not exist, or not yet, is not found', async () => {
    expect((await call('GET', 'sess_north_north1_1700000000', 'owner')).status).toBe(404);
    const id = await addVideo('north', 'owner', 500);
    const { db } = portal.app.services;
    await db.updateTable('match_session').set({ movie_state: 'none' }).where('id', '=', id).execute();
    expect((await call('GET', id, 'owner')).status).toBe(404);
  });
});

describe('a download', () => {
  test('leads to the bytes, named by club, court and the time on the wall there', async () => {
    const answer = await follow(await call('GET', `${sessionIds[0] ?? ''}/download`, 'friend'));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-disposition')).toContain(
      'attachment; filename="Padel north - Court 1 - 2026-06-01 20h30.mp4"',
    );
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
  });

  test('answers ranges, and plays in the page where it is asked to', async () => {
    const path = `/api/video/files/${sessionIds[0] ?? ''}/download?disposition=inline`;
    const headers = { range: 'bytes=-5' };
    const answer = await portal.call('GET', path, { token: userOf('owner').token, headers });
    expect(answer.headers.get('cache-control')).toMatch(/^private/);
    expect(answer.status).toBe(206);
    expect(answer.headers.get('content-disposition')).toMatch(/^inline;/);
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes.subarray(-5))).toBe(true);
  });

  test.each([
    ['nobody', undefined, 401],
    ['a stranger', 'stranger', 404],
    ['support', 'support', 403],
  ])('is refused to %s', async (_who, user, status) => {
    expect((await call('GET', `${sessionIds[1] ?? ''}/download`, user)).status).toBe(status);
  });

  test('of one who is in the club but not in the match is 403', async () => {
    expect((await call('GET', `${sessionIds[1] ?? ''}/download`, 'friend')).status).toBe(403);
  });

  test('of an unfinished movie says so, with its state', async () => {
    const id = await addVideo('north', 'owner', 100);
    const { db } = portal.app.services;
    await db.updateTable('match_session').set({ movie_state: 'uploading' }).where('id', '=', id).execute();
    const answer = await call('GET', `${id}/download`, 'owner');
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({ kind: 'not_ready', state: 'uploading', etaSeconds: null });
    await db.updateTable('match_session').set({ movie_state: 'none' }).where('id', '=', id).execute();
  });
});

describe('a video that failed', () => {
  test('says why, in list and alone', async () => {
    const id = await addVideo('north', 'owner', 150);
    const failed = { movie_state: 'failed', state: 'failed', reason: 'camera_lost' } as const;
    const { db } = portal.app.services;
    await db.updateTable('match_session').set(failed).where('id', '=', id).execute();
    const alone = (await (await call('GET', id, 'owner')).json()) as Video;
    expect(alone).toMatchObject({ movie: 'failed', reason: 'camera_lost', missingSince: null });
    expect((await list('', 'owner')).items).toContainEqual(alone);
    await db.updateTable('match_session').set({ reason: 'of_tomorrow' }).where('id', '=', id).execute();
    expect(await (await call('GET', id, 'owner')).json()).toMatchObject({ reason: null });
    await call('DELETE', id, 'owner');
  });
});

describe('a video that the store has no more', () => {
  const read = async (id: string): Promise<Video> => (await (await call('GET', id, 'owner')).json()) as Video;
  const keyOf = (id: string): string => `clubs/north/${id}/movie.mp4`;

  test('is found when it is to be saved, is told as such from then on, and can be deleted', async () => {
    const id = await addVideo('north', 'owner', 160);
    await portal.app.services.store.delete(keyOf(id));
    expect((await read(id)).missingSince).toBeNull();
    const refused = await call('GET', `${id}/download`, 'owner');
    expect(refused.status).toBe(410);
    expect(await refused.json()).toMatchObject({ kind: 'gone', state: 'missing' });
    const told = await read(id);
    expect(Date.parse(told.missingSince ?? '')).toBeGreaterThan(0);
    expect(told).toMatchObject({ movie: 'ready', stream: false, canShare: false, canDelete: true });
    expect((await list('', 'owner')).items).toContainEqual(told);
    expect((await call('GET', `${id}/download?disposition=inline`, 'owner')).status).toBe(410);
    expect(await (await call('DELETE', id, 'owner')).json()).toMatchObject({ storeErased: true });
  });

  test('is looked for by whoever could not play it, which nobody else waits for, and is itself again once it is put back', async () => {
    const id = await addVideo('north', 'owner', 170);
    const { store } = portal.app.services;
    await store.delete(keyOf(id));
    expect((await call('GET', `${id}/download?disposition=inline`, 'owner')).status).toBe(404);
    expect((await read(id)).missingSince).toBeNull();
    expect((await read(`${id}?look=true`)).missingSince).not.toBeNull();
    expect((await read(id)).missingSince).not.toBeNull();
    await store.put({ key: keyOf(id), contentType: 'video/mp4', body: bytes });
    expect((await call('GET', `${id}/download?disposition=inline`, 'owner')).status).toBe(200);
    expect((await read(id)).missingSince).toBeNull();
    await call('DELETE', id, 'owner');
  });
});

describe('deleting', () => {
  test('takes the video from list, store and links, and may be repeated', async () => {
    const id = await addVideo('north', 'owner', 200);
    const link = await call('GET', `${id}/download`, 'owner');
    expect((await call('DELETE', id, 'friend')).status).toBe(403);
    expect((await call('DELETE', id, 'owner')).status).toBe(200);
    expect((await call('DELETE', id, 'manager')).status).toBe(200);
    expect((await follow(link)).status).toBe(404);
    expect((await call('GET', `${id}/download`, 'owner')).status).toBe(410);
    expect((await list('', 'owner')).items.some(({ sessionId }) => sessionId === id)).toBe(false);
  });

  test('answers a receipt, which says later that the box has erased its copy too', async () => {
    const id = await addVideo('north', 'owner', 250);
    expect((await call('GET', `${id}/receipt`, 'owner')).status).toBe(404);
    const receipt = (await (await call('DELETE', id, 'manager')).json()) as DeletionReceipt;
    expect(receipt).toMatchObject({
      ...{ sessionId: id, clubName: 'Pádel north', courtName: 'Court 1', bytes: 500_000 },
      ...{ deletedBy: 'manager', storeErased: true, deviceErasedAt: null },
    });
    const { db, clock } = portal.app.services;
    expect(Math.abs(Date.parse(receipt.deletedAt) - clock.nowMs())).toBeLessThan(60_000);
    const erased = { erased_at: clock.nowMs() };
    await db.updateTable('match_session').set(erased).where('id', '=', id).execute();
    const later = (await (await call('GET', `${id}/receipt`, 'owner')).json()) as DeletionReceipt;
    expect(later).toEqual({ ...receipt, deviceErasedAt: new Date(erased.erased_at).toISOString() });
    expect((await call('GET', `${id}/receipt`, 'friend')).status).toBe(403);
  });

  test('waits until the recording has been stopped', async () => {
    const id = await addVideo('north', 'owner', 300);
    const { db } = portal.app.services;
    await db.updateTable('match_session').set({ movie_state: 'recording' }).where('id', '=', id).execute();
    expect((await call('DELETE', id, 'owner')).status).toBe(409);
    await db.updateTable('match_session').set({ movie_state: 'none' }).where('id', '=', id).execute();
  });

  test('that a crash cut short is finished by the sweep', async () => {
    const id = await addVideo('north', 'owner', 400);
    const { db, files, store } = portal.app.services;
    await db.updateTable('match_session').set({ movie_state: 'deleted' }).where('id', '=', id).execute();
    await files.sweep();
    expect(await store.head(`clubs/north/${id}/movie.mp4`)).toBeUndefined();
  });
});
