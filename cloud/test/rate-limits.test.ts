/** Each route that can be tried out slows whoever tries, says for how long, and takes them again when that has passed. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { COURT_CODE, OPEN_COURT_CODE, seedCourtside } from './support/courtside.ts';
import { SEED_PASSWORD, seedCourt } from './support/seed.ts';
import { createManualClock, type ManualClock } from './support/manual-clock.ts';
import { openMailbox, type Mailbox } from './support/mailbox.ts';
import { openTestPortal, ORIGIN, type TestPortal } from './support/portal.ts';
import { createWorld, DEVICE, MOVIE_SESSION, type World } from './support/world.ts';

const MINUTE_MS = 60_000;
const [HERE, ELSEWHERE] = ['192.0.2.1', '192.0.2.2'];

let clock: ManualClock;
let mailbox: Mailbox;
let portal: TestPortal;
let world: World;
beforeAll(async () => {
  clock = createManualClock();
  mailbox = await openMailbox();
  portal = await openTestPortal({ clock, mail: mailbox.settings });
  world = await createWorld(portal.app.services);
});
beforeEach(async () => {
  // What was counted before is forgotten.
  await clock.advance(5 * MINUTE_MS);
  await world.reset();
  await seedCourtside(portal.app.services.db, world.participantId);
});
afterAll(async () => {
  await portal.close();
  await mailbox.close();
});

interface Asked {
  method?: 'GET' | 'POST';
  path: string;
  json?: object;
  who?: 'owner' | 'member' | 'admin' | 'super';
}

interface Limited {
  what: string;
  /** Attempts that are answered in their own way before they are too many. */
  allowed: number;
  windowMs: number;
  /** The status of such an attempt. */
  status: number;
  /** The attempt of that number, which fails or counts. */
  attempt: (number: number) => Asked;
  /** Whoever is not slowed by it: the same from elsewhere, or another's. */
  other: 'elsewhere' | Asked;
  /** Where each comes from; from the same address where left out. */
  from?: (number: number) => string;
}

const wrong = { password: 'not the right one' };
const LINK = { token: 'x'.repeat(32) };
const CREDENTIAL = { id: 'eA', rawId: 'eA', type: 'public-key', response: { clientDataJSON: 'e30' } };
const NEW_PASSWORD = { present: 'not the right one', password: 'quite another one' };

/** As by many phones, or by one who hides behind them. */
const manyAddresses = (number: number): string => `198.51.100.${String(number)}`;

const LIMITED: readonly Limited[] = [
  {
    what: 'guessing one account’s password, from wherever',
    ...{ allowed: 10, windowMs: 5 * MINUTE_MS, status: 401, from: manyAddresses },
    attempt: () => ({ path: '/api/auth/login', json: { email: 'owner@example.test', ...wrong } }),
    other: { path: '/api/auth/login', json: { email: 'member@example.test', ...wrong } },
  },
  {
    what: 'guessing many accounts’ passwords from one address',
    ...{ allowed: 30, windowMs: 5 * MINUTE_MS, status: 401 },
    attempt: (number) => ({ path: '/api/auth/login', json: { email: `a${number}@example.test`, ...wrong } }),
    other: 'elsewhere',
  },
  {
    what: 'guessing passwords from many addresses of one line',
    ...{
      allowed: 30,
      windowMs: 5 * MINUTE_MS,
      status: 401,
      from: (number) => `2001:db8:1:2::${String(number)}`,
    },
    attempt: (number) => ({ path: '/api/auth/login', json: { email: `a${number}@example.test`, ...wrong } }),
    other: 'elsewhere',
  },
  {
    what: 'making accounts',
    ...{ allowed: 30, windowMs: 60 * MINUTE_MS, status: 409 },
    attempt: () => ({
      path: '/api/auth/register',
      json: { email: 'owner@example.test', name: 'Owner', password: 'long enough a one' },
    }),
    other: 'elsewhere',
  },
  {
    what: 'guessing passkeys',
    ...{ allowed: 30, windowMs: 5 * MINUTE_MS, status: 401 },
    attempt: () => ({ path: '/api/auth/passkey', json: { credential: CREDENTIAL } }),
    other: 'elsewhere',
  },
  {
    what: 'asking for links to one address, from wherever',
    ...{ allowed: 5, windowMs: 15 * MINUTE_MS, status: 204, from: manyAddresses },
    attempt: () => ({ path: '/api/auth/link-request', json: { email: 'owner@example.test' } }),
    other: { path: '/api/auth/link-request', json: { email: 'member@example.test' } },
  },
  {
    what: 'asking for links from one address',
    ...{ allowed: 20, windowMs: 60 * MINUTE_MS, status: 204 },
    attempt: (number) => ({ path: '/api/auth/reset-request', json: { email: `a${number}@example.test` } }),
    other: 'elsewhere',
  },
  ...[
    { path: '/api/auth/link', json: LINK },
    { path: '/api/auth/reset', json: { ...LINK, password: 'long enough a one' } },
    { path: '/api/auth/confirm', json: LINK },
  ].map((asked) => ({
    what: `guessing links at ${asked.path}`,
    ...{ allowed: 30, windowMs: 5 * MINUTE_MS, status: 410 },
    attempt: () => asked,
    other: 'elsewhere' as const,
  })),
  {
    what: 'guessing the password behind a browser that is logged in',
    ...{ allowed: 10, windowMs: 5 * MINUTE_MS, status: 400, from: manyAddresses },
    attempt: () => ({ path: '/api/account/password', json: NEW_PASSWORD, who: 'owner' }),
    other: { path: '/api/account/password', json: NEW_PASSWORD, who: 'member' },
  },
  {
    what: 'guessing courts’ codes',
    ...{ allowed: 30, windowMs: 10 * MINUTE_MS, status: 404 },
    attempt: (number) => ({ method: 'GET', path: `/api/codes/${String(number).padStart(16, '0')}` }),
    other: 'elsewhere',
  },
  {
    what: 'opening one court by its code, from wherever',
    ...{ allowed: 10, windowMs: 10 * MINUTE_MS, status: 409, from: manyAddresses },
    attempt: () => ({ path: `/api/codes/${COURT_CODE}/open` }),
    other: { path: `/api/codes/${COURT_CODE}/open`, who: 'member' },
  },
  {
    what: 'a player’s opening one court by its code, from wherever',
    ...{ allowed: 30, windowMs: 10 * MINUTE_MS, status: 409, from: manyAddresses },
    attempt: () => ({ path: `/api/codes/${COURT_CODE}/open`, who: 'member' }),
    other: { path: `/api/codes/${COURT_CODE}/open` },
  },
  {
    what: 'asking to be let in at one court, from wherever',
    ...{ allowed: 30, windowMs: 10 * MINUTE_MS, status: 204, from: manyAddresses },
    attempt: () => ({ path: `/api/codes/${OPEN_COURT_CODE}/ask`, who: 'member' }),
    other: { path: `/api/codes/${OPEN_COURT_CODE}/next` },
  },
  {
    what: 'announcing the next group at one court, from wherever',
    ...{ allowed: 30, windowMs: 10 * MINUTE_MS, status: 200, from: manyAddresses },
    attempt: () => ({ path: `/api/codes/${OPEN_COURT_CODE}/next` }),
    other: { path: `/api/codes/${OPEN_COURT_CODE}/ask`, who: 'member' },
  },
  {
    what: 'guessing matches’ codes, from wherever',
    ...{ allowed: 20, windowMs: 10 * MINUTE_MS, status: 404, from: manyAddresses },
    attempt: (number) => ({
      path: '/api/matches/join',
      json: { code: String(number).padStart(12, '0') },
      who: 'member',
    }),
    other: { path: '/api/matches/join', json: { code: '0'.repeat(12) }, who: 'owner' },
  },
  {
    what: 'trying out who has an account by handing a match over',
    ...{ allowed: 20, windowMs: 10 * MINUTE_MS, status: 400, from: manyAddresses },
    attempt: () => ({
      path: `/api/video/files/${MOVIE_SESSION}/owner`,
      json: { email: 'x@example.test' },
      who: 'admin',
    }),
    other: {
      path: `/api/video/files/${MOVIE_SESSION}/owner`,
      json: { email: 'x@example.test' },
      who: 'super',
    },
  },
  {
    what: 'having letters sent by moving to one address after the other, from wherever',
    ...{ allowed: 5, windowMs: 60 * MINUTE_MS, status: 200, from: manyAddresses },
    attempt: (number) => ({
      path: '/api/account/email',
      json: { email: `moved${number}@example.test`, password: SEED_PASSWORD },
      who: 'owner',
    }),
    other: {
      path: '/api/account/email',
      json: { email: 'moved@example.test', password: SEED_PASSWORD },
      who: 'member',
    },
  },
  {
    what: 'having letters sent by inviting one address after the other, from wherever',
    ...{ allowed: 50, windowMs: 60 * MINUTE_MS, status: 201, from: manyAddresses },
    attempt: (number) => ({
      path: '/api/clubs/north/invitations',
      json: { email: `invited${number}@example.test` },
      who: 'admin',
    }),
    other: { path: '/api/clubs/north/invitations', json: { email: 'invited@example.test' }, who: 'super' },
  },
  // Last: logins have ended when its day is over.
  {
    what: 'objecting at a court',
    ...{ allowed: 10, windowMs: 24 * 60 * MINUTE_MS, status: 204 },
    attempt: () => ({
      path: `/api/codes/${COURT_CODE}/objections`,
      json: { date: '2026-05-31', time: '20:30' },
    }),
    other: 'elsewhere',
  },
];

async function ask({ method = 'POST', path, json, who }: Asked, clientAddress: string): Promise<Response> {
  const headers = {
    ...(who === undefined ? {} : { origin: ORIGIN, cookie: world.cookies[who] }),
    ...(json === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const body = json === undefined ? {} : { body: JSON.stringify(json) };
  return portal.app.fetch(new Request(`${ORIGIN}${path}`, { method, headers, ...body }), { clientAddress });
}

describe.each([
  { what: 'guests’ openings', path: 'open', perCode: 10, who: {} },
  { what: 'players’ openings', path: 'open', perCode: 30, who: { who: 'member' } as const },
  { what: 'wishes to be let in', path: 'ask', perCode: 30, who: { who: 'member' } as const },
  { what: 'next groups', path: 'next', perCode: 30, who: {} },
])('$what', ({ path, perCode, who }) => {
  it('at many courts from one address are too many', async () => {
    // What others did before is forgotten.
    await clock.advance(10 * MINUTE_MS);
    const { db } = portal.app.services;
    const courts = ['a1', 'a2', 'a3', 'a4', 'a5'];
    for (const court of courts) await seedCourt(db, 'north', court, { device_id: DEVICE });
    await db
      .insertInto('court_code')
      .values(courts.map((court_id) => ({ court_id, code: court_id.repeat(8), created_at: clock.nowMs() })))
      .execute();
    const statuses: number[] = [];
    const attempt = async (court: string, address: string) =>
      (await ask({ path: `/api/codes/${court.repeat(8)}/${path}`, ...who }, address)).status;
    for (const court of courts.slice(0, -1))
      for (let turn = 0; turn < perCode; turn += 1) statuses.push(await attempt(court, HERE));
    expect(statuses).not.toContain(429);
    expect(await attempt('a5', HERE)).toBe(429);
    expect(await attempt('a5', ELSEWHERE)).not.toBe(429);
    await clock.advance(10 * MINUTE_MS);
    expect(await attempt('a5', HERE)).not.toBe(429);
  });
});

describe.each(LIMITED)('$what', ({ allowed, windowMs, status, attempt, other, from = () => HERE }) => {
  it(`is refused after ${String(allowed)} times, others’ is not, and it is taken again when the wait is over`, async () => {
    for (let number = 0; number < allowed; number += 1)
      expect((await ask(attempt(number), from(number))).status, `attempt ${String(number)}`).toBe(status);
    const refused = await ask(attempt(allowed), from(allowed));
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ kind: 'too_many_requests', status: 429 });
    const waitSeconds = Number(refused.headers.get('retry-after'));
    expect(waitSeconds).toBe(windowMs / 1000);
    const others = other === 'elsewhere' ? ask(attempt(allowed), ELSEWHERE) : ask(other, from(allowed));
    expect((await others).status).not.toBe(429);

    await clock.advance((waitSeconds - 1) * 1000);
    const early = await ask(attempt(allowed), from(allowed));
    expect([early.status, early.headers.get('retry-after')]).toEqual([429, '1']);
    await clock.advance(1000);
    expect((await ask(attempt(allowed), from(allowed))).status).toBe(status);
  });
});
