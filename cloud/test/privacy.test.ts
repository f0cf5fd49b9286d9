/** People's own data: what is held of them and its end, objections of who is in a video, and what the authorities get. */
import type { CourtSign } from '@padelvar/shared/players-api';
import type { StorageReport, Video } from '@padelvar/shared/portal-api';
import type { Disclosure, LeavePlan, Objection, OwnData } from '@padelvar/shared/privacy-api';
import { CURRENT_NOTICE } from '@padelvar/shared/notice-version';
import { findNotice } from '@padelvar/shared/recording-notice';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DAY_MS } from '../src/lib/server/files/retention-plan.ts';
import { createManualClock, type ManualClock } from './support/manual-clock.ts';
import { openTestPortal, ORIGIN, type TestPortal } from './support/portal.ts';
import {
  seedClub,
  seedCourt,
  seedDevice,
  seedFurtherMovie,
  seedSchedule,
  seedSession,
  seedShare,
  seedUser,
  SEEDED_AT,
  WITH_MOVIE,
  type SeededUser,
} from './support/seed.ts';
import { storeMovie } from './support/stored-movie.ts';

const HOUR_MS = 60 * 60_000;
const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0]);
const SHARE_TOKEN = 'share-token-of-32-characters-000';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
/** When the seeded match was, on the wall of its club in Paris. */
const THEN = { date: '2026-01-01', time: '01:00' };

let clock: ManualClock;
/** Of whoever is at the court: each test has its own. */
let address = 0;
let portal: TestPortal;
let deviceId: string;
let owner: SeededUser;
let friend: SeededUser;
let admin: SeededUser;
let superAdmin: SeededUser;

beforeAll(async () => {
  clock = createManualClock(SEEDED_AT + HOUR_MS);
  portal = await openTestPortal({ clock });
  const { services } = portal.app;
  await seedClub(services.db, 'north');
  await seedCourt(services.db, 'north', 'n1');
  deviceId = await seedDevice(services.db, 'north');
  const player = { role: 'PLAYER', clubIds: ['north'] } as const;
  owner = await seedUser(services, { ...player, name: 'owner' });
  friend = await seedUser(services, { ...player, name: 'friend' });
  admin = await seedUser(services, { role: 'CLUB_ADMIN', clubIds: ['north'], name: 'admin' });
  superAdmin = await seedUser(services, { role: 'SUPER_ADMIN', name: 'super' });
});
beforeEach(async () => {
  const { db, store } = portal.app.services;
  address += 1;
  for (const key of await objects()) await store.delete(key);
  for (const table of ['match_session', 'objection', 'audit', 'upload', 'side_file'] as const)
    await db.deleteFrom(table).execute();
});
afterAll(() => portal.close());

async function addVideo(ownerId: string, second = 0): Promise<string> {
  const { db, store, uploads } = portal.app.services;
  const id = `sess_north_n1_${SEEDED_AT / 1000 + second}`;
  const key = `clubs/north/${id}/movie.mp4`;
  await storeMovie({ store }, key, new Uint8Array(1000));
  const where = { clubId: 'north', courtId: 'n1', deviceId, ownerId };
  const times = { started_at: SEEDED_AT + second * 1000, ended_at: SEEDED_AT + second * 1000 + HOUR_MS };
  await seedSession(db, where, { ...WITH_MOVIE, ...times, id, object_key: key, movie_bytes: 1000 });
  const row = { session_id: id, object_key: key, upload_id: id, max_parts: 1, created_at: SEEDED_AT };
  await db
    .insertInto('upload')
    .values({ ...row, state: 'complete' })
    .execute();
  await uploads.putSideFile(deviceId, id, 'thumbnail.jpg', JPEG);
  return id;
}

const ask = (who: SeededUser | undefined, method: string, path: string, json?: unknown) =>
  portal.call(method, path, {
    json,
    headers: who === undefined ? {} : { cookie: who.cookie, origin: ORIGIN },
  });
const read = async <Body>(who: SeededUser, path: string): Promise<Body> =>
  (await (await ask(who, 'GET', path)).json()) as Body;
const objects = async (): Promise<string[]> =>
  (await Array.fromAsync(portal.app.services.store.list())).map(({ key }) => key);
const actionsOn = async (object: string): Promise<string[]> =>
  (
    await portal.app.services.db
      .selectFrom('audit')
      .select('action')
      .where('object', '=', object)
      .orderBy('id')
      .execute()
  ).map(({ action }) => action);
const join = (sessionId: string, { userId }: SeededUser) =>
  portal.app.services.db
    .insertInto('session_participant')
    .values({ session_id: sessionId, user_id: userId })
    .execute();

describe('the notice that was shown at a start', () => {
  it('is kept with the match, the first one, in its words', async () => {
    const { db, devices } = portal.app.services;
    await db.updateTable('device').set({ online: 1, last_seen_at: clock.nowMs() }).execute();
    await devices.heardOf(deviceId);
    const where = { clubId: 'north', courtId: 'n1', deviceId, ownerId: owner.userId };
    const sessionId = await seedSession(db, where);
    const start = (language: string) =>
      ask(owner, 'POST', '/api/video/record/start', {
        ...{ sessionId, durationMinutes: 60, notice: { version: CURRENT_NOTICE, language } },
      });
    expect((await start('fr')).status).toBe(200);
    expect((await start('es')).status).toBe(200);
    const { matches } = await read<OwnData>(owner, '/api/privacy/data');
    const text = findNotice(CURRENT_NOTICE, 'fr');
    expect(text).toContain('filmés');
    expect(matches[0]?.notice).toEqual({ version: CURRENT_NOTICE, language: 'fr', text });
    const wrong = await ask(owner, 'POST', '/api/video/record/start', {
      ...{ sessionId, notice: { version: '1999-01', language: 'fr' } },
    });
    expect(wrong.status).toBe(400);
    expect(await wrong.json()).toMatchObject({ errors: [{ field: 'notice.version' }] });
  });
});

describe('one’s own data', () => {
  it('holds profile, matches, videos with links, shares and log, and nobody else’s', async () => {
    const own = await addVideo(owner.userId);
    const others = await addVideo(friend.userId, 7200);
    await addVideo(admin.userId, 14_400);
    await join(others, owner);
    await seedShare(portal.app.services.db, own, {
      id: 'a'.repeat(16),
      token: SHARE_TOKEN,
      ownerId: owner.userId,
    });
    await seedFurtherMovie(portal.app.services.db, own);
    await portal.app.services.audit.record(admin, 'video.watch', own);
    await portal.app.services.audit.record(admin, 'user.set-password', owner.userId);

    await portal.app.services.auth.enter(owner.userId, FIREFOX);

    const response = await ask(owner, 'GET', '/api/privacy/data');
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="padelvar-.*\.json"$/);
    const text = await response.text();
    const data = JSON.parse(text) as OwnData;
    expect(data.profile).toMatchObject({ email: owner.email, clubs: [{ clubId: 'north' }] });
    expect(data.matches.map(({ sessionId }) => sessionId)).toEqual([own]);
    expect(data.takesPartIn.map(({ sessionId }) => sessionId)).toEqual([others]);
    expect(data.videos.map(({ pageUrl }) => pageUrl)).toEqual([
      `${ORIGIN}/videos/${own}`,
      `${ORIGIN}/videos/${others}`,
    ]);
    expect(data.shares).toMatchObject([{ sessionId: own }]);
    expect(data.log).toMatchObject([{ action: 'user.set-password', byOneself: false }]);
    expect(data.logins).toMatchObject([{ current: true }, { browser: 'Firefox', system: 'Linux' }]);
    for (const { seenAt, expiresAt } of data.logins) expect(expiresAt > seenAt).toBe(true);
    expect(data.furtherMovies).toEqual([
      {
        ...{ sessionId: own, number: 2, bytes: 5000, pageUrl: `${ORIGIN}/videos/${own}` },
        fileUrl: `${ORIGIN}/api/video/files/${own}/further/2/download`,
      },
    ]);
    for (const { email, userId } of [friend, admin]) {
      expect(text).not.toContain(email);
      expect(text).not.toContain(userId);
    }
    const again = await read<OwnData>(owner, '/api/privacy/data');
    expect(again.log.at(-1)).toMatchObject({ action: 'user.export', byOneself: true });
  });
});

describe('somebody who is in a video', () => {
  let code: string;
  let sessionId: string;
  beforeEach(async () => {
    code = (await read<CourtSign>(admin, '/api/courts/n1/code')).code;
    sessionId = await addVideo(owner.userId);
    await join(sessionId, friend);
  });

  /** One browser: keeps its cookie. */
  function openBrowser() {
    let cookie = '';
    return async (when: object = THEN, words: object = {}): Promise<Response> => {
      const headers = { origin: ORIGIN, ...(cookie === '' ? {} : { cookie }) };
      const json = { ...when, ...words };
      const request = new Request(`${ORIGIN}/api/codes/${code}/objections`, {
        ...{ method: 'POST', body: JSON.stringify(json) },
        headers: { ...headers, 'content-type': 'application/json' },
      });
      const response = await portal.app.fetch(request, { clientAddress: `192.0.2.${String(address)}` });
      for (const line of response.headers.getSetCookie()) cookie = line.split(';')[0] ?? '';
      return response;
    };
  }
  const objections = async (): Promise<Objection[]> =>
    (await read<{ items: Objection[] }>(admin, '/api/clubs/north/objections')).items;
  const statusOf = async (who: SeededUser | undefined, path: string): Promise<number> => {
    const response = await ask(who, 'GET', path);
    await response.body?.cancel();
    return response.status;
  };
  const movie = () => `/api/video/files/${sessionId}/download`;
  const thumbnail = () => `/api/video/files/${sessionId}/thumbnail.jpg`;

  it('hides it at once from all but those who decide, and learns nothing', async () => {
    const { db } = portal.app.services;
    await seedShare(db, sessionId, { id: 'a'.repeat(16), token: SHARE_TOKEN, ownerId: owner.userId });
    expect(await statusOf(undefined, `/api/shares/${SHARE_TOKEN}`)).toBe(200);
    const response = await openBrowser()(THEN, { message: 'I am the one in red', contact: 'r@example.test' });
    expect(response.status).toBe(204);
    expect(await response.text()).toBe('');
    expect(response.headers.getSetCookie()[0]).toMatch(/HttpOnly; SameSite=Strict/);

    for (const who of [owner, friend]) {
      expect(await statusOf(who, movie())).toBe(403);
      expect(await statusOf(who, `${movie()}?disposition=inline`)).toBe(403);
      expect(await statusOf(who, thumbnail())).toBe(403);
    }
    expect(await statusOf(undefined, `/api/shares/${SHARE_TOKEN}`)).toBe(410);
    expect(await statusOf(undefined, `/api/shares/${SHARE_TOKEN}/movie`)).toBe(410);
    expect((await ask(owner, 'POST', `/api/video/files/${sessionId}/shares`, {})).status).toBe(403);
    expect(await statusOf(admin, thumbnail())).toBe(200);
    expect(await statusOf(admin, `${movie()}?disposition=inline`)).toBe(200);
    expect(await statusOf(admin, movie())).toBe(403);

    const video = await read<Video>(owner, `/api/video/files/${sessionId}`);
    expect(video).toMatchObject({ thumbnail: false, canShare: false, canDelete: true });
    expect(video.hiddenUntil).toBe(new Date(clock.nowMs() + 72 * HOUR_MS).toISOString());
    expect(await objections()).toMatchObject([
      { sessionId, state: 'open', message: 'I am the one in red', contact: 'r@example.test' },
    ]);
    expect(await actionsOn(sessionId)).toContain('video.hide');
  });

  it('is one browser’s objection to that match’s time only', async () => {
    const browser = openBrowser();
    for (const time of ['00:30', '02:30', '23:00']) await browser({ ...THEN, time });
    expect((await read<Video>(owner, `/api/video/files/${sessionId}`)).hiddenUntil).toBeNull();
    await browser();
    await browser();
    expect((await objections()).filter((objection) => objection.sessionId === sessionId)).toHaveLength(1);
    expect((await browser({ ...THEN, date: '2026-01-02' })).status).toBe(400);
    expect((await browser({ ...THEN, time: '25:00' })).status).toBe(400);
  });

  it('is about no match of another club, whose court had the same id', async () => {
    const { db } = portal.app.services;
    await seedClub(db, 'south');
    const give = (clubId: string) =>
      db.updateTable('court').set({ club_id: clubId }).where('id', '=', 'n1').execute();
    await give('south');
    expect((await openBrowser()()).status).toBe(204);
    await give('north');
    await db.deleteFrom('club').where('id', '=', 'south').execute();
    expect((await read<Video>(owner, `/api/video/files/${sessionId}`)).hiddenUntil).toBeNull();
  });

  it('is about the match under way in that minute, not the next, and of two in one minute about the later', async () => {
    const next = await addVideo(owner.userId, 3_660);
    const hidden = async (): Promise<boolean[]> => {
      const videos = await Promise.all(
        [sessionId, next].map((id) => read<Video>(owner, `/api/video/files/${id}`)),
      );
      return videos.map(({ hiddenUntil }) => hiddenUntil !== null);
    };
    const browser = openBrowser();
    await browser({ ...THEN, time: '01:58' });
    expect(await hidden()).toEqual([true, false]);
    await browser({ ...THEN, time: '02:00' });
    expect(await hidden()).toEqual([true, true]);
  });

  it('is too many after some, from one address', async () => {
    const statuses: number[] = [];
    for (let count = 0; count < 12; count += 1) statuses.push((await openBrowser()()).status);
    expect(statuses.slice(0, 10)).toEqual(Array(10).fill(204));
    expect(statuses.slice(10)).toEqual([429, 429]);
    expect(await objections()).toHaveLength(10);
  });

  it('is answered by the club: kept, the video is seen again and hidden no more', async () => {
    await openBrowser()();
    const [objection] = await objections();
    const path = `/api/clubs/north/objections/${objection?.objectionId ?? ''}`;
    const kept = await ask(admin, 'POST', path, { decision: 'keep' });
    expect(await kept.json()).toMatchObject({ state: 'kept' });
    expect(await statusOf(owner, movie())).toBe(302);
    expect((await ask(admin, 'POST', path, { decision: 'delete' })).status).toBe(409);
    await clock.advance(1000);
    await openBrowser()();
    expect(await statusOf(owner, movie())).toBe(302);
    expect((await objections())[0]).toMatchObject({ state: 'open', hidesUntil: null });
    expect(await actionsOn(sessionId)).toContain('objection.keep');
  });

  it('is answered by the club: deleted, it is gone everywhere', async () => {
    await openBrowser()();
    await openBrowser()();
    const [objection] = await objections();
    await ask(admin, 'POST', `/api/clubs/north/objections/${objection?.objectionId ?? ''}`, {
      decision: 'delete',
    });
    expect((await objections()).map(({ state }) => state)).toEqual(['deleted', 'deleted']);
    expect(await objects()).toEqual([]);
    expect(await statusOf(owner, movie())).toBe(410);
  });

  it('is forgotten in their words six months after the decision, or after they wrote where there is none', async () => {
    const { objections: room } = portal.app.services;
    const words = { message: 'I am the one in red', contact: 'r@example.test' };
    await openBrowser()(THEN, words);
    await openBrowser()({ ...THEN, time: '00:30' }, words);
    const decided = (await objections()).find((objection) => objection.sessionId === sessionId);
    await clock.advance(DAY_MS);
    await ask(admin, 'POST', `/api/clubs/north/objections/${decided?.objectionId ?? ''}`, {
      decision: 'keep',
    });
    const wordsAfter = async (ms: number) => {
      await clock.advance(ms);
      await room.forgetWords();
      const { db } = portal.app.services;
      const rows = db.selectFrom('objection').select(['state', 'message', 'contact']).orderBy('state');
      return rows.execute();
    };
    expect(await wordsAfter(182 * DAY_MS)).toEqual([
      { state: 'kept', ...words },
      { state: 'open', message: '', contact: '' },
    ]);
    expect(await wordsAfter(DAY_MS)).toMatchObject([{ state: 'kept', message: '', contact: '' }, {}]);
  });

  it('hides it for 72 hours where nobody decides, once, and the log says so', async () => {
    await openBrowser()();
    const { services } = portal.app;
    await clock.advance(72 * HOUR_MS - 1000);
    await services.objections.lapse();
    expect((await objections())[0]?.state).toBe('open');
    await clock.advance(1000);
    expect(await statusOf(owner, movie())).toBe(302);
    await services.objections.lapse();
    expect((await objections())[0]?.state).toBe('lapsed');
    expect(await actionsOn(sessionId)).toContain('video.show');
    await openBrowser()();
    expect(await statusOf(owner, movie())).toBe(302);
  });
});

describe('what the authorities are given', () => {
  it('is the match, its file and its log, with a reason that the log keeps', async () => {
    const sessionId = await addVideo(owner.userId);
    const path = `/api/video/files/${sessionId}/disclosure`;
    const wanted = { authority: 'Commissariat du 7e, Lyon', reason: 'Réquisition 2026-118 du parquet' };
    const short = await ask(admin, 'POST', path, { ...wanted, reason: 'please' });
    expect(await short.json()).toMatchObject({ status: 400, errors: [{ field: 'reason' }] });
    const given = (await (await ask(admin, 'POST', path, wanted)).json()) as Disclosure;
    expect(given).toMatchObject({ ...wanted, madeBy: 'admin', match: { sessionId, clubId: 'north' } });
    expect(given.log.at(-1)).toMatchObject({ action: 'video.disclose', userId: admin.userId });
    const { pathname, search } = new URL(given.fileUrl);
    const file = await ask(undefined, 'GET', `${pathname}${search}`);
    expect((await file.arrayBuffer()).byteLength).toBe(1000);
    const { db } = portal.app.services;
    const line = await db.selectFrom('audit').selectAll().where('action', '=', 'video.disclose').execute();
    expect(JSON.parse(line[0]?.detail ?? '')).toEqual(wanted);
    expect((await ask(owner, 'POST', path, wanted)).status).toBe(403);
  });

  it('holds what the camera sent after it was changed, with links to what has arrived', async () => {
    const { db, store } = portal.app.services;
    const sessionId = await addVideo(owner.userId);
    await seedFurtherMovie(db, sessionId);
    await storeMovie({ store }, `clubs/north/${sessionId}/2.mp4`, new Uint8Array(5000));
    const path = `/api/video/files/${sessionId}/disclosure`;
    const disclose = async (): Promise<Disclosure['furtherMovies'][number] | undefined> => {
      const wanted = { authority: 'Commissariat du 7e, Lyon', reason: 'Réquisition 2026-118 du parquet' };
      return ((await (await ask(admin, 'POST', path, wanted)).json()) as Disclosure).furtherMovies[0];
    };
    const given = await disclose();
    expect(given).toMatchObject({
      number: 2,
      fromSeconds: 60,
      durationSeconds: 30,
      bytes: 5000,
      frames: 750,
    });
    const { pathname, search } = new URL(given?.fileUrl ?? '');
    expect((await (await ask(undefined, 'GET', `${pathname}${search}`)).arrayBuffer()).byteLength).toBe(5000);
    await db.updateTable('further_movie').set({ state: 'open' }).execute();
    expect((await disclose())?.fileUrl).toBeNull();
  });
});

describe('whoever deletes their account', () => {
  const leave = (who: SeededUser, email = who.email) =>
    ask(who, 'POST', '/api/privacy/account/delete', { email });

  it('is told what goes, and leaves no object, thumbnail, part or copy at the club', async () => {
    const { db, devices, store, uploads, storageSweep } = portal.app.services;
    const [alone, shared] = [await addVideo(owner.userId), await addVideo(owner.userId, 7200)];
    const others = await addVideo(friend.userId, 14_400);
    await join(shared, friend);
    await join(others, owner);
    await seedShare(db, alone, { id: 'a'.repeat(16), token: SHARE_TOKEN, ownerId: owner.userId });
    // One more is still on its way in.
    const arriving = await seedSession(
      db,
      { clubId: 'north', courtId: 'n1', deviceId, ownerId: owner.userId },
      { ...WITH_MOVIE, id: 'sess_north_n1_1767300000', movie_state: 'uploading', object_key: null },
    );
    await uploads.open(deviceId, arriving);
    expect(await Array.fromAsync(store.listUploads())).toHaveLength(1);

    expect(await read<LeavePlan>(owner, '/api/privacy/account')).toEqual({
      ...{ videos: 3, sharedVideos: 1, takesPartIn: 1, plansHandedOn: 0, plansLost: 0, obstacle: null },
    });
    const wrong = await leave(owner, 'somebody@example.test');
    expect(await wrong.json()).toMatchObject({ status: 400, errors: [{ field: 'email' }] });
    expect(await (await leave(owner)).json()).toEqual({ videos: 3 });

    expect((await objects()).filter((key) => !key.includes(others))).toEqual([]);
    expect((await objects()).filter((key) => key.includes(others))).toHaveLength(2);
    expect(await Array.fromAsync(store.listUploads())).toEqual([]);
    expect((await devices.desired(deviceId)).deletions?.toSorted()).toEqual(
      [alone, shared, arriving].toSorted(),
    );
    await clock.advance(Date.now() + DAY_MS - clock.nowMs());
    const report: StorageReport = await storageSweep.run();
    expect(report).toMatchObject({ missing: [], wrongSize: [], unknown: [], objects: 2 });

    expect((await ask(owner, 'GET', '/api/auth/me')).status).toBe(401);
    const login = { email: owner.email, password: 'correct horse battery' };
    expect((await ask(undefined, 'POST', '/api/auth/login', login)).status).toBe(401);
    expect((await ask(undefined, 'GET', `/api/shares/${SHARE_TOKEN}`)).status).toBe(410);
    for (const table of ['account', 'session'] as const) {
      const left = await db
        .selectFrom(table as 'session')
        .select('userId')
        .where('userId', '=', owner.userId)
        .execute();
      expect(left).toEqual([]);
    }
    expect(await db.selectFrom('session_participant').selectAll().execute()).toEqual([
      { session_id: shared, user_id: friend.userId },
    ]);
    expect(await actionsOn(owner.userId)).toEqual(['user.leave']);
  });

  it('leaves what they planned to another administrator of the club; else it goes, which is said before', async () => {
    const { services } = portal.app;
    const { db } = services;
    await seedClub(db, 'west');
    await seedCourt(db, 'west', 'w1');
    const leaver = await seedUser(services, {
      ...{ role: 'CLUB_ADMIN', clubIds: ['north', 'west'], name: 'leaver' },
    });
    const byId = leaver.userId;
    await seedSchedule(db, 'north', { id: 'a1'.repeat(8), courtId: 'n1', byId });
    await seedSchedule(db, 'west', { id: 'b2'.repeat(8), courtId: 'w1', byId });
    expect(await read<LeavePlan>(leaver, '/api/privacy/account')).toMatchObject({
      ...{ plansHandedOn: 1, plansLost: 1 },
    });
    expect((await leave(leaver)).status).toBe(200);
    expect(await db.selectFrom('schedule').select(['club_id', 'created_by']).execute()).toEqual([
      { club_id: 'north', created_by: admin.userId },
    ]);
  });

  it('has ended their match before, and is not the last who looks after the portal', async () => {
    const where = { clubId: 'north', courtId: 'n1', deviceId, ownerId: friend.userId };
    await seedSession(portal.app.services.db, where, { state: 'recording' });
    expect((await leave(friend)).status).toBe(409);
    expect((await read<LeavePlan>(friend, '/api/privacy/account')).obstacle).toBe('open_match');
    expect((await leave(superAdmin)).status).toBe(409);
    expect((await read<LeavePlan>(superAdmin, '/api/privacy/account')).obstacle).toBe('last_admin');
  });
});
