/** The journey at the court by its printed code: guests, claiming, joining, the next group, live events. */
import type { CourtCodeView, CourtSign, MatchPeople } from '@padelvar/shared/players-api';
import type { RecordStatus, Session } from '@padelvar/shared/portal-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStandingRequests } from '../src/lib/server/codes/standing-requests.ts';
import { createManualClock, type ManualClock } from './support/manual-clock.ts';
import { openTestPortal, ORIGIN, type TestPortal } from './support/portal.ts';
import { SEED_PASSWORD, seedClub, seedCourt, seedDevice, seedUser, type SeededUser } from './support/seed.ts';
import { reportOf } from './support/test-device.ts';

const DEVICE = 'dev_alpha00000000';
/** A Monday evening in Paris. */
const EVENING = Date.UTC(2026, 5, 1, 18, 30);
const day = { opens: '08:00', closes: '23:00' };
const HOURS = { mon: day, tue: day, wed: day, thu: day, fri: day, sat: day, sun: day };

let portal: TestPortal;
let clock: ManualClock;
let code: string;
let admin: SeededUser;
let anna: SeededUser;
let ben: SeededUser;

beforeEach(async () => {
  clock = createManualClock(EVENING);
  portal = await openTestPortal({ clock });
  const { services } = portal.app;
  await seedClub(services.db, 'alpha', { guests_allowed: 1, opening_hours: JSON.stringify(HOURS) });
  await seedDevice(services.db, 'alpha', { id: DEVICE, online: 1, last_seen_at: clock.nowMs() });
  for (const courtId of ['one', 'two'])
    await seedCourt(services.db, 'alpha', courtId, { device_id: DEVICE, camera_sealed: '{}' });
  admin = await seedUser(services, { role: 'CLUB_ADMIN', clubIds: ['alpha'], name: 'admin' });
  anna = await seedUser(services, { role: 'PLAYER', name: 'anna' });
  ben = await seedUser(services, { role: 'PLAYER', name: 'ben' });
  code = await codeOf('one');
});
afterEach(() => portal.close());

async function codeOf(courtId: string): Promise<string> {
  const sign = await portal.call('GET', `/api/courts/${courtId}/code`, { token: admin.token });
  return ((await sign.json()) as CourtSign).code;
}

/** One person's browser: keeps the guest's cookie, and logs in when told. */
function openBrowser(user?: SeededUser) {
  let cookie = user?.cookie ?? '';
  const call = async (method: string, path: string, json?: unknown): Promise<Response> => {
    const headers = { origin: ORIGIN, ...(cookie === '' ? {} : { cookie }) };
    const response = await portal.call(method, path, { headers, json });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      cookie = [...cookie.split('; ').filter((other) => !other.startsWith('padelvar.guest=')), pair]
        .filter((part) => part !== '' && !part.endsWith('='))
        .join('; ');
    }
    return response;
  };
  return {
    call,
    cookie: () => cookie,
    logIn: (who: SeededUser) => void (cookie = [cookie, who.cookie].filter((part) => part !== '').join('; ')),
    read: async <Body>(path: string): Promise<Body> => (await (await call('GET', path)).json()) as Body,
    look: async (): Promise<CourtCodeView> =>
      (await (await call('GET', `/api/codes/${code}`)).json()) as CourtCodeView,
  };
}
type Browser = ReturnType<typeof openBrowser>;

/** Opens by the code, the device doing its part. */
async function openByCode(browser: Browser, at = code): Promise<Session> {
  const opening = browser.call('POST', `/api/codes/${at}/open`);
  const { db, sessions } = portal.app.services;
  await expect
    .poll(async () => {
      const row = await db
        .selectFrom('match_session')
        .select(['id', 'court_id'])
        .where('state', '=', 'idle')
        .executeTakeFirst();
      if (row !== undefined) {
        const report = { sessionId: row.id, courtId: row.court_id, state: 'created' as const };
        await sessions.applyReported(DEVICE, reportOf(undefined, [report]));
      }
      return row?.id;
    })
    .toBeDefined();
  const response = await opening;
  expect(response.status).toBe(200);
  return (await response.json()) as Session;
}

/** The device says that it records. */
function reportRecording(
  { sessionId, courtId }: Session,
  state: 'recording' | 'complete' = 'recording',
  durationSeconds = 5400,
) {
  const recording = {
    ...{ elapsedMs: 60_000, durationSeconds, bytes: 1_000_000, growing: state === 'recording' },
    ...{ gaps: [], upload: { sentBytes: 0, confirmed: false } },
  };
  return portal.app.services.sessions.applyReported(
    DEVICE,
    reportOf(undefined, [{ sessionId, courtId, state, recording }]),
  );
}

const minutes = (count: number): Promise<void> => keepOnline(count * 60_000);
async function keepOnline(ms: number): Promise<void> {
  await clock.advance(ms);
  await portal.app.services.devices.heardOf(DEVICE);
}

it('a match by the code lasts the club’s usual time, and is extended up to the club’s longest', async () => {
  const { db } = portal.app.services;
  await db.updateTable('club').set({ default_minutes: 60, max_minutes: 80 }).execute();
  const guest = openBrowser();
  expect(await guest.look()).toMatchObject({ defaultMinutes: 60, maxMinutes: 80 });
  const session = await openByCode(guest);
  const { sessionId } = session;
  const start = await guest.call('POST', '/api/video/record/start', { sessionId });
  const lengths = { usualSeconds: 60 * 60, longestSeconds: 80 * 60 };
  expect(await start.json()).toMatchObject({ durationSeconds: 60 * 60, ...lengths });
  await reportRecording(session, 'recording', 60 * 60);
  const extend = async () => guest.call('POST', '/api/video/record/extend', { sessionId });
  expect(await (await extend()).json()).toMatchObject({ durationSeconds: 75 * 60 });
  expect(await (await extend()).json()).toMatchObject({ durationSeconds: 80 * 60 });
  expect((await extend()).status).toBe(409);
});

describe('a court’s code', () => {
  it('shows a stranger the names on the sign, and of an open match nothing at all', async () => {
    const owner = openBrowser();
    const { sessionId } = await openByCode(owner);
    const text = await (await openBrowser().call('GET', `/api/codes/${code}`)).text();
    expect(JSON.parse(text)).toEqual({
      ...{ courtName: 'Court one', clubName: 'Club alpha', timeZone: 'Europe/Paris' },
      ...{ brandColor: null, logo: null },
      ...{ state: 'busy', mayStart: false, cameraState: 'unknown', hindrance: null, opensNext: null },
      ...{ mine: null, unclaimed: null, asked: null, announced: null, mayAnnounce: true, nextGroup: 'ask' },
      ...{ defaultMinutes: 90, maxMinutes: 240 },
    });
    expect(text).not.toContain(sessionId);
    expect(await owner.look()).toMatchObject({ mine: sessionId, mayAnnounce: false });
  });

  it('tells that the camera has failed, and lets it be tried again', async () => {
    const { db } = portal.app.services;
    await db.updateTable('court').set({ camera_state: 'failed' }).where('id', '=', 'one').execute();
    expect(await openBrowser().look()).toMatchObject({
      state: 'free',
      mayStart: true,
      cameraState: 'failed',
    });
  });

  it('that the club has changed leads nowhere', async () => {
    const rotated = await portal.call('POST', '/api/courts/one/code', { token: admin.token });
    const sign = (await rotated.json()) as CourtSign;
    expect(sign.url).toBe(`${ORIGIN}/c/${sign.code}`);
    expect(sign.code).not.toBe(code);
    expect((await openBrowser().call('GET', `/api/codes/${code}`)).status).toBe(404);
    expect((await openBrowser().call('POST', `/api/codes/${code}/open`)).status).toBe(404);
    expect((await openBrowser().call('GET', `/api/codes/${sign.code}`)).status).toBe(200);
  });

  it('can’t be guessed: many wrong ones from one address are too many', async () => {
    const statuses = new Set<number>();
    for (let index = 0; index < 31; index += 1) {
      statuses.add((await openBrowser().call('GET', `/api/codes/${String(index).padStart(16, '0')}`)).status);
    }
    expect([...statuses]).toEqual([404, 429]);
  });
});

describe('a guest', () => {
  it('records, sees and extends its own session, and watches it once it is somebody’s', async () => {
    const guest = openBrowser();
    expect(await guest.look()).toMatchObject({ state: 'free', mayStart: true });
    const session = await openByCode(guest);
    const { sessionId } = session;
    expect(guest.cookie()).toMatch(/^padelvar\.guest=[\w-]{43}$/);
    const started = await guest.call('POST', '/api/video/record/start', { sessionId });
    expect(started.status).toBe(200);
    await reportRecording(session);
    const extended = await guest.call('POST', '/api/video/record/extend', { sessionId });
    expect(((await extended.json()) as RecordStatus).durationSeconds).toBe(105 * 60);
    await reportRecording(session);
    const status = await guest.read<RecordStatus>(`/api/video/record/status/${sessionId}`);
    expect(status).toMatchObject({ state: 'recording', durationSeconds: 105 * 60 });
    expect((await guest.call('POST', '/api/video/record/stop', { sessionId })).status).toBe(200);
    await reportRecording(session, 'complete');

    expect(await guest.look()).toMatchObject({ mine: null, unclaimed: sessionId });
    expect((await guest.call('GET', `/api/video/files/${sessionId}/download`)).status).toBe(401);
    guest.logIn(anna);
    const claimed = await guest.call('POST', '/api/guest/claim');
    expect(await claimed.json()).toEqual({ sessionIds: [sessionId] });
    expect(guest.cookie()).not.toContain('padelvar.guest');
    // Not ready yet, but hers.
    expect((await guest.call('GET', `/api/video/files/${sessionId}/download`)).status).toBe(409);
    const { items } = await guest.read<{ items: Session[] }>('/api/video/session/list');
    expect(items).toMatchObject([{ sessionId, ownerId: anna.userId }]);
  });

  it('is kept as a hash, and is nobody after a day', async () => {
    const guest = openBrowser();
    const { sessionId } = await openByCode(guest);
    const rows = await portal.app.services.db.selectFrom('guest').selectAll().execute();
    expect(rows).toHaveLength(1);
    const token = guest.cookie().split('=')[1] ?? '';
    expect(JSON.stringify(rows)).not.toContain(token);
    const see = () => guest.call('GET', `/api/video/record/status/${sessionId}`);
    expect((await see()).status).toBe(200);
    await clock.advance(24 * 60 * 60_000);
    expect((await see()).status).toBe(401);
  });

  it('finds the session again whose camera took too long', async () => {
    const guest = openBrowser();
    const opening = guest.call('POST', `/api/codes/${code}/open`);
    await expect
      .poll(async () => portal.app.services.db.selectFrom('match_session').select('id').execute())
      .toHaveLength(1);
    await expect.poll(() => Promise.race([opening, clock.advance(1_000)])).toMatchObject({ status: 504 });
    expect(guest.cookie()).toMatch(/^padelvar\.guest=/);
    expect(await guest.look()).toMatchObject({ mine: expect.stringMatching(/^sess_alpha_one_/) as string });
  });

  it('whose answer to the start was lost comes back to the same session; who only looks is nobody', async () => {
    const { db } = portal.app.services;
    const guest = openBrowser();
    await guest.look();
    const given = guest.cookie();
    await guest.look();
    expect(guest.cookie()).toBe(given);
    expect(await db.selectFrom('guest').selectAll().execute()).toEqual([]);
    const lost = openBrowser({ ...anna, cookie: given });
    const { sessionId } = await openByCode(lost);
    expect(await guest.look()).toMatchObject({ mine: sessionId });
    const again = await guest.call('POST', `/api/codes/${code}/open`);
    expect(await again.json()).toMatchObject({ sessionId });
    expect(await db.selectFrom('guest').selectAll().execute()).toHaveLength(1);
  });

  it('has one open session at a time, wherever', async () => {
    const guest = openBrowser();
    await openByCode(guest);
    const second = await guest.call('POST', `/api/codes/${await codeOf('two')}/open`);
    expect(second.status).toBe(409);
  });

  it('is not taken outside the opening hours, nor where the club takes members only', async () => {
    await minutes(3 * 60);
    expect(await openBrowser().look()).toMatchObject({
      ...{ mayStart: false, hindrance: 'closed', opensNext: { weekday: 'tue', time: '08:00' } },
    });
    expect((await openBrowser().call('POST', `/api/codes/${code}/open`)).status).toBe(401);
    expect((await openBrowser(anna).call('POST', `/api/codes/${code}/open`)).status).toBe(403);
    const settings = { guestsAllowed: false };
    const changed = await portal.call('PATCH', '/api/clubs/alpha', { token: admin.token, json: settings });
    expect(await changed.json()).toMatchObject(settings);
    expect(await openBrowser().look()).toMatchObject({ mayStart: false, hindrance: 'login' });
    expect(await openBrowser(anna).look()).toMatchObject({ mayStart: false, hindrance: 'members' });
    expect(await openBrowser(admin).look()).toMatchObject({ mayStart: true, hindrance: null });
  });

  it('who opens one court again and again is too much', async () => {
    await portal.app.services.db
      .updateTable('court')
      .set({ device_id: null })
      .where('id', '=', 'one')
      .execute();
    const statuses: number[] = [];
    for (let index = 0; index < 11; index += 1) {
      statuses.push((await openBrowser().call('POST', `/api/codes/${code}/open`)).status);
    }
    expect(statuses.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 409));
    expect(statuses[10]).toBe(429);
  });
});

describe('what a guest recorded', () => {
  const logIn = (browser: Browser, { email }: SeededUser) =>
    browser.call('POST', '/api/auth/login', { email, password: SEED_PASSWORD });
  const ownerOf = async ({ sessionId }: Session) =>
    (await portal.app.services.sessions.get(sessionId)).ownerId;

  it('is the account’s that is logged in to in its browser, while it is recorded, too', async () => {
    const guest = openBrowser();
    const session = await openByCode(guest);
    const { sessionId } = session;
    await guest.call('POST', '/api/video/record/start', { sessionId });
    await reportRecording(session);
    expect((await logIn(guest, anna)).status).toBe(200);
    expect(guest.cookie()).not.toContain('padelvar.guest');
    expect(await guest.look()).toMatchObject({ mine: sessionId });
    expect((await guest.call('POST', '/api/video/record/stop', { sessionId })).status).toBe(200);
    const { db } = portal.app.services;
    const lines = await db.selectFrom('audit').selectAll().where('action', '=', 'session.claim').execute();
    expect(lines).toMatchObject([{ user_id: anna.userId, object: sessionId }]);
  });

  it('lets its guest make an account where the portal is closed to others', async () => {
    const root = await seedUser(portal.app.services, { role: 'SUPER_ADMIN', name: 'root' });
    await openBrowser(root).call('PATCH', '/api/admin/settings', { registrationOpen: false });
    const guest = openBrowser();
    const account = { email: 'nina@example.test', name: 'Nina', password: SEED_PASSWORD };
    const register = async (browser: Browser) =>
      (await browser.call('POST', '/api/auth/register', account)).status;
    const session = await openByCode(guest);
    expect(await register(guest)).toBe(403);
    await guest.call('POST', '/api/video/record/start', { sessionId: session.sessionId });
    await reportRecording(session);
    expect(await register(openBrowser())).toBe(403);
    expect(await register(guest)).toBe(201);
    await guest.call('POST', '/api/auth/login', { email: account.email, password: account.password });
    expect(await guest.read('/api/auth/me')).toMatchObject({ role: 'PLAYER', clubIds: [] });
    expect(await guest.look()).toMatchObject({ mine: session.sessionId });
  });

  it('becomes theirs who ask for anything with a login and the guest’s cookie', async () => {
    const guest = openBrowser();
    const session = await openByCode(guest);
    guest.logIn(anna);
    expect(await guest.look()).toMatchObject({ mine: session.sessionId });
    expect(await ownerOf(session)).toBe(anna.userId);
  });

  it('becomes nobody’s by being looked at as them, and not support’s, which owns no match', async () => {
    const root = await seedUser(portal.app.services, { role: 'SUPER_ADMIN', name: 'root' });
    const support = await seedUser(portal.app.services, { role: 'SUPPORT', name: 'sam' });
    const guest = openBrowser();
    const session = await openByCode(guest);
    const reason = { reason: 'cannot find the match' };
    await openBrowser(root).call('POST', `/api/admin/users/${anna.userId}/impersonation`, reason);
    for (const who of [root, support]) {
      const browser = openBrowser();
      browser.logIn({ ...who, cookie: `${guest.cookie()}; ${who.cookie}` });
      await browser.look();
      expect(await ownerOf(session)).toMatch(/^guest_/);
    }
    expect((await logIn(guest, support)).status).toBe(200);
    expect(await ownerOf(session)).toMatch(/^guest_/);
  });
});

describe('another player', () => {
  it('joins by the match’s own code, which dies at the stop', async () => {
    const owner = openBrowser();
    const session = await openByCode(owner);
    const { sessionId } = session;
    const people = await owner.read<MatchPeople>(`/api/matches/${sessionId}/people`);
    expect(people.join?.url).toBe(`${ORIGIN}/j/${people.join?.code ?? ''}`);
    const join = (who: Browser) => who.call('POST', '/api/matches/join', { code: people.join?.code });
    expect((await join(openBrowser())).status).toBe(401);
    expect(await (await join(openBrowser(anna))).json()).toEqual({ sessionId });
    expect((await openBrowser(anna).call('GET', `/api/video/record/status/${sessionId}`)).status).toBe(200);
    expect((await openBrowser(anna).call('POST', '/api/video/record/stop', { sessionId })).status).toBe(403);
    await owner.call('POST', '/api/video/record/stop', { sessionId });
    expect((await join(openBrowser(ben))).status).toBe(404);
    expect(await owner.read<MatchPeople>(`/api/matches/${sessionId}/people`)).toMatchObject({
      ...{ join: null, participants: [{ name: 'anna' }] },
    });
  });

  it('asks by the court’s code and sees nothing until the owner lets them in', async () => {
    const owner = openBrowser();
    const { sessionId } = await openByCode(owner);
    const guestAsks = await openBrowser().call('POST', `/api/codes/${code}/ask`);
    expect(guestAsks.status).toBe(401);
    for (const who of [anna, anna, ben]) {
      expect((await openBrowser(who).call('POST', `/api/codes/${code}/ask`)).status).toBe(204);
    }
    const { requests } = await owner.read<MatchPeople>(`/api/matches/${sessionId}/people`);
    expect(requests.map(({ name }) => name)).toEqual(['anna', 'ben']);
    const see = async (who: SeededUser) =>
      (await openBrowser(who).call('GET', `/api/video/record/status/${sessionId}`)).status;
    expect(await see(anna)).toBe(404);
    expect(await openBrowser(anna).look()).toMatchObject({ asked: { sessionId: null, state: 'open' } });
    for (const [index, accept] of [true, false].entries()) {
      const path = `/api/matches/${sessionId}/requests/${requests[index]?.requestId ?? ''}`;
      expect((await owner.call('POST', path, { accept })).status).toBe(200);
      expect((await owner.call('POST', path, { accept })).status).toBe(404);
    }
    expect([await see(anna), await see(ben)]).toEqual([200, 404]);
    expect(await openBrowser(anna).look()).toMatchObject({ asked: { sessionId, state: 'accepted' } });
    expect(await openBrowser(ben).look()).toMatchObject({ asked: { sessionId: null, state: 'declined' } });
  });
});

describe('the next group', () => {
  const arrive = async (): Promise<unknown> =>
    (await openBrowser().call('POST', `/api/codes/${code}/next`)).json();
  const peopleOf = (owner: Browser, { sessionId }: Session) =>
    owner.read<MatchPeople>(`/api/matches/${sessionId}/people`);
  const statusOf = (owner: Browser, { sessionId }: Session) =>
    owner.read<RecordStatus>(`/api/video/record/status/${sessionId}`);
  const answer = async (owner: Browser, session: Session, accept: boolean): Promise<void> => {
    const { nextGroup } = await peopleOf(owner, session);
    const path = `/api/matches/${session.sessionId}/requests/${nextGroup ?? 'nobody asks'}`;
    expect((await owner.call('POST', path, { accept })).status).toBe(200);
  };
  const record = async (owner: Browser, session: Session): Promise<void> => {
    await owner.call('POST', '/api/video/record/start', { sessionId: session.sessionId });
    await reportRecording(session);
  };
  const replaceAfter = (idleMinutes: number) =>
    portal.call('PATCH', '/api/clubs/alpha', {
      token: admin.token,
      json: { nextGroup: 'replace', nextGroupIdleMinutes: idleMinutes },
    });
  /** What the portal does every few seconds. */
  const handOver = () => createStandingRequests(portal.app.services)();
  const ASKED = { outcome: 'asked', askAgainAt: null };
  const TAKEN = { outcome: 'taken', askAgainAt: null };
  const inMinutes = (count: number): string => new Date(clock.nowMs() + count * 60_000).toISOString();

  it('is announced to the owner, who goes on playing or makes room', async () => {
    const owner = openBrowser();
    const session = await openByCode(owner);
    await record(owner, session);
    expect(await arrive()).toEqual(ASKED);
    expect(await arrive()).toEqual(ASKED);
    expect(await openBrowser().look()).toMatchObject({
      announced: { state: 'open', handsOverAt: null, askAgainAt: null },
      mayAnnounce: false,
    });
    await answer(owner, session, true);
    expect((await statusOf(owner, session)).state).toBe('stopping');
    expect(await arrive()).toEqual(TAKEN);
  });

  it('waits for nothing any more once the match has been stopped', async () => {
    const owner = openBrowser();
    const session = await openByCode(owner);
    await arrive();
    const wanted = async () => (await peopleOf(owner, session)).nextGroup;
    expect(await wanted()).not.toBeNull();
    await owner.call('POST', '/api/video/session/close', { sessionId: session.sessionId });
    expect(await wanted()).toBeNull();
  });

  it('that was told no is told so, and the owner hears of it again only some minutes later', async () => {
    const owner = openBrowser();
    const session = await openByCode(owner);
    await record(owner, session);
    await arrive();
    await minutes(3);
    await answer(owner, session, false);
    const askAgainAt = inMinutes(5);
    const declined = { announced: { state: 'declined', askAgainAt, handsOverAt: null } };
    for (const waited of [0, 4]) {
      await minutes(waited);
      expect(await arrive()).toEqual({ outcome: 'declined', askAgainAt });
      expect((await peopleOf(owner, session)).nextGroup).toBeNull();
      expect(await openBrowser().look()).toMatchObject({ ...declined, mayAnnounce: false });
    }
    await minutes(1);
    expect(await openBrowser().look()).toMatchObject({ ...declined, mayAnnounce: true });
    expect(await arrive()).toEqual(ASKED);
    expect(await openBrowser().look()).toMatchObject({ announced: { state: 'open' }, mayAnnounce: false });
    await answer(owner, session, true);
    expect((await statusOf(owner, session)).state).toBe('stopping');
  });

  it('speaks up beside somebody who has asked to be let in, and that one too', async () => {
    await openByCode(openBrowser());
    await openBrowser(anna).call('POST', `/api/codes/${code}/ask`);
    expect(await openBrowser(anna).look()).toMatchObject({ asked: { state: 'open' }, mayAnnounce: true });
    expect(await arrive()).toEqual(ASKED);
    expect(await openBrowser(ben).look()).toMatchObject({ asked: null, announced: { state: 'open' } });
  });

  it('takes an idle court after the club’s time, where that is its rule', async () => {
    await openByCode(openBrowser());
    await replaceAfter(10);
    await minutes(10);
    expect(await openBrowser().look()).toMatchObject({ announced: null, mayAnnounce: true });
    expect(await arrive()).toEqual(TAKEN);
  });

  it('that came before that time gets the court when it is over, without another tap; both know when', async () => {
    const owner = openBrowser();
    const session = await openByCode(owner);
    const handsOverAt = inMinutes(10);
    await replaceAfter(10);
    await minutes(9);
    expect(await arrive()).toEqual(ASKED);
    expect(await openBrowser().look()).toMatchObject({ announced: { state: 'open', handsOverAt } });
    expect(await peopleOf(owner, session)).toMatchObject({ handsOverAt, timeZone: 'Europe/Paris' });
    await handOver();
    expect((await statusOf(owner, session)).state).toBe('created');
    await minutes(1);
    await handOver();
    expect((await statusOf(owner, session)).state).toBe('stopping');
    expect(await openBrowser().look()).toMatchObject({ state: 'free', mayStart: true, announced: null });
    const { close_reason: reason } = await portal.app.services.db
      .selectFrom('match_session')
      .select('close_reason')
      .executeTakeFirstOrThrow();
    expect(reason).toBe('superseded');
    expect(await peopleOf(owner, session)).toMatchObject({ nextGroup: null, handsOverAt: null });
  });

  it('that was told no gets an idle court by its next tap when the club’s time is over', async () => {
    const owner = openBrowser();
    const session = await openByCode(owner);
    await replaceAfter(10);
    await minutes(8);
    await arrive();
    await answer(owner, session, false);
    expect(await arrive()).toEqual({ outcome: 'declined', askAgainAt: inMinutes(2) });
    await minutes(2);
    await handOver();
    expect(await openBrowser().look()).toMatchObject({ announced: { state: 'declined' }, mayAnnounce: true });
    expect(await arrive()).toEqual(TAKEN);
  });

  it('that nobody answers gets an idle court when the club’s time is over since it asked', async () => {
    const owner = openBrowser();
    const session = await openByCode(owner);
    await minutes(20);
    expect(await arrive()).toEqual(ASKED);
    const handsOverAt = inMinutes(10);
    expect(await openBrowser().look()).toMatchObject({ announced: { state: 'open', handsOverAt } });
    expect(await peopleOf(owner, session)).toMatchObject({ handsOverAt });
    await minutes(9);
    await handOver();
    expect((await statusOf(owner, session)).state).toBe('created');
    await minutes(1);
    expect(await openBrowser().look()).toMatchObject({ mayAnnounce: true });
    await handOver();
    expect((await statusOf(owner, session)).state).toBe('stopping');
    expect(await openBrowser().look()).toMatchObject({ state: 'free', mayStart: true });
  });

  it('keeps waiting where the owner of an idle court said no', async () => {
    const owner = openBrowser();
    const session = await openByCode(owner);
    await arrive();
    await answer(owner, session, false);
    await minutes(20);
    await handOver();
    expect((await statusOf(owner, session)).state).toBe('created');
  });

  it('never takes away what is being recorded or about to be', async () => {
    const owner = openBrowser();
    const session = await openByCode(owner);
    await arrive();
    await minutes(20);
    await owner.call('POST', '/api/video/record/start', { sessionId: session.sessionId });
    await replaceAfter(10);
    await handOver();
    expect((await statusOf(owner, session)).state).toBe('starting');
    await reportRecording(session);
    await minutes(20);
    await handOver();
    expect(await statusOf(owner, session)).toMatchObject({ state: 'recording' });
    expect(await openBrowser().look()).toMatchObject({
      announced: { handsOverAt: null },
      mayAnnounce: false,
    });
  });
});
