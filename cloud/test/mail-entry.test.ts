/** Getting in by links from one's mail, against a mail service of our own. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Account } from '@padelvar/shared/account-api';
import { linkIn, openMailbox, type Mailbox } from './support/mailbox.ts';
import { createManualClock, type ManualClock } from './support/manual-clock.ts';
import { openTestPortal, ORIGIN, type TestPortal } from './support/portal.ts';
import {
  SEED_PASSWORD,
  seedClub,
  seedCourt,
  seedDevice,
  seedSession,
  seedUser,
  WITH_MOVIE,
} from './support/seed.ts';

let mailbox: Mailbox;
let clock: ManualClock;
let portal: TestPortal;
beforeAll(async () => {
  mailbox = await openMailbox();
  clock = createManualClock(Date.now());
  portal = await openTestPortal({ clock, mail: mailbox.settings });
  await seedClub(portal.app.services.db, 'north');
});
afterAll(async () => {
  await portal.close();
  await mailbox.close();
});
// What a client may ask for in an hour is another test's; each begins afresh.
beforeEach(() => clock.advance(60 * 60_000));

const seed = (name: string) => seedUser(portal.app.services, { role: 'PLAYER', clubIds: ['north'], name });
const post = (path: string, json: object, headers: Record<string, string> = {}) =>
  portal.call('POST', path, { json, headers });
const tokenIn = (url: string): string => new URL(url).pathname.split('/').at(-1) ?? '';
/** The token of the newest mail to an address, past those it had. */
const tokenFor = async (email: string, after = 0) => tokenIn(linkIn(await mailbox.waitFor(email, after)));
const cookieOf = (response: Response): string => response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
const accountOf = async (cookie: string): Promise<Account> =>
  (await (await portal.call('GET', '/api/account', { headers: { cookie } })).json()) as Account;
const logIn = (email: string, password: string) => post('/api/auth/login', { email, password });
/** An account that was proved by its mail. */
const seedProved = async (name: string) => {
  const user = await seed(name);
  await portal.app.services.auth.identities.confirm(user.userId);
  return user;
};

it('the portal says that it sends mail', async () => {
  expect(await (await portal.call('GET', '/api/auth/ways')).json()).toEqual({ mail: true });
});

describe('a link to log in', () => {
  it('logs in once, to the page one came from, and by that proves the address', async () => {
    const anna = await seed('anna');
    expect(
      (await post('/api/auth/link-request', { email: 'ANNA@example.test', next: '/match/x' })).status,
    ).toBe(204);
    const url = new URL(linkIn(await mailbox.waitFor('anna@example.test')));
    expect(url.origin).toBe(ORIGIN);
    expect(url.searchParams.get('next')).toBe('/match/x');
    const entered = await post('/api/auth/link', { token: tokenIn(url.href) });
    expect(entered.status).toBe(200);
    expect(entered.headers.getSetCookie()[0]).toMatch(/^padelvar\.session_token=.*HttpOnly.*SameSite=Lax/i);
    expect(await accountOf(cookieOf(entered))).toMatchObject({ userId: anna.userId, emailVerified: true });
    expect((await post('/api/auth/link', { token: tokenIn(url.href) })).status).toBe(410);
  });

  it('makes an account for an address without one, and answers no differently', async () => {
    const response = await post('/api/auth/link-request', {
      email: 'new@example.test',
      name: 'Neo',
      locale: 'es',
    });
    expect(response.status).toBe(204);
    expect((await mailbox.waitFor('new@example.test')).text).toMatch('Abre este enlace');
    const entered = await post('/api/auth/link', { token: await tokenFor('new@example.test') });
    expect(await accountOf(cookieOf(entered))).toMatchObject({
      email: 'new@example.test',
      name: 'Neo',
      locale: 'es',
      emailVerified: true,
      hasPassword: false,
    });
  });

  it('makes no account where the portal is closed to others, and says so to nobody', async () => {
    const { portalSettings, mail } = portal.app.services;
    const { token } = await seedUser(portal.app.services, { role: 'SUPER_ADMIN', name: 'root' });
    const setOpen = (registrationOpen: boolean) =>
      portal.call('PATCH', '/api/admin/settings', { token, json: { registrationOpen } });
    await setOpen(false);
    expect((await portalSettings.get()).registrationOpen).toBe(false);
    expect((await post('/api/auth/link-request', { email: 'outside@example.test' })).status).toBe(204);
    await mail.deliver();
    await setOpen(true);
    expect(mailbox.mails.flatMap(({ to }) => to)).not.toContain('outside@example.test');
  });

  it('ends after fifteen minutes', async () => {
    const bert = await seed('bert');
    await post('/api/auth/link-request', { email: bert.email });
    const token = await tokenFor(bert.email);
    await clock.advance(15 * 60_000);
    expect((await post('/api/auth/link', { token })).status).toBe(410);
  });

  it('shuts out whoever had made the account with somebody else’s address', async () => {
    const thief = await seed('victim');
    await post('/api/auth/link-request', { email: thief.email });
    const entered = await post('/api/auth/link', { token: await tokenFor(thief.email) });
    expect(entered.status).toBe(200);
    expect((await portal.call('GET', '/api/auth/me', { headers: { cookie: thief.cookie } })).status).toBe(
      401,
    );
    expect((await logIn(thief.email, SEED_PASSWORD)).status).toBe(401);
  });

  it('leaves the password of an address that was proved', async () => {
    const carl = await seedProved('carl');
    await post('/api/auth/link-request', { email: carl.email });
    await post('/api/auth/link', { token: await tokenFor(carl.email) });
    expect((await logIn(carl.email, SEED_PASSWORD)).status).toBe(200);
  });

  it('is sent five times in a quarter of an hour, whether there is an account or not', async () => {
    for (const email of [(await seed('dora')).email, 'nobody@example.test']) {
      const statuses = [];
      for (let turn = 0; turn < 6; turn += 1)
        statuses.push((await post('/api/auth/link-request', { email })).status);
      expect(statuses).toEqual([204, 204, 204, 204, 204, 429]);
    }
  });

  it('leads to pages of this portal only', async () => {
    const response = await post('/api/auth/link-request', { email: 'a@example.test', next: '//evil.test' });
    expect(await response.json()).toMatchObject({ status: 400, errors: [{ field: 'next' }] });
  });

  it('takes along what the guest who asked for it recorded, in whatever browser it is opened', async () => {
    const { db, guests } = portal.app.services;
    const { guest, cookie } = await guests.enter(new Headers());
    await seedCourt(db, 'north', 'n1');
    const deviceId = await seedDevice(db, 'north');
    const where = { clubId: 'north', courtId: 'n1', deviceId, ownerId: guest.guestId };
    const sessionId = await seedSession(db, where, WITH_MOVIE);
    const headers = { cookie: cookie.split(';')[0] ?? '', origin: ORIGIN };
    await post('/api/auth/link-request', { email: 'guest@example.test', name: 'Guest' }, headers);
    const entered = await post('/api/auth/link', { token: await tokenFor('guest@example.test') });
    const { userId } = await accountOf(cookieOf(entered));
    const row = await db
      .selectFrom('match_session')
      .select('owner_id')
      .where('id', '=', sessionId)
      .executeTakeFirst();
    expect(row?.owner_id).toBe(userId);
    const audit = await db.selectFrom('audit').selectAll().where('action', '=', 'session.claim').execute();
    expect(audit).toMatchObject([{ user_id: userId, object: sessionId }]);
    expect(await guests.find(new Headers(headers))).toBeUndefined();
  });
});

describe('a forgotten password', () => {
  it('is set anew by a link, once; all logins end', async () => {
    const ella = await seedProved('ella');
    expect((await post('/api/auth/reset-request', { email: ella.email })).status).toBe(204);
    const token = await tokenFor(ella.email);
    const short = await post('/api/auth/reset', { token, password: 'short' });
    expect(await short.json()).toMatchObject({ errors: [{ field: 'password' }] });
    expect((await post('/api/auth/reset', { token, password: 'a new password' })).status).toBe(204);
    expect((await portal.call('GET', '/api/auth/me', { headers: { cookie: ella.cookie } })).status).toBe(401);
    expect((await logIn(ella.email, 'a new password')).status).toBe(200);
    expect((await post('/api/auth/reset', { token, password: 'another password' })).status).toBe(410);
  });

  it('leads on to where one was going, on this portal only', async () => {
    const greta = await seedProved('greta');
    await post('/api/auth/reset-request', { email: greta.email, next: '/c/0123456789abcdef?match=x' });
    const url = new URL(linkIn(await mailbox.waitFor(greta.email)));
    expect(url.pathname).toMatch(/^\/reset\/[\w-]{32}$/);
    expect(url.searchParams.get('next')).toBe('/c/0123456789abcdef?match=x');
    const away = await post('/api/auth/reset-request', { email: greta.email, next: '//evil.test' });
    expect(await away.json()).toMatchObject({ status: 400, errors: [{ field: 'next' }] });
  });

  it('is answered alike where there is no such account, which gets no mail', async () => {
    const before = mailbox.mails.length;
    expect((await post('/api/auth/reset-request', { email: 'unknown@example.test' })).status).toBe(204);
    const { mail } = portal.app.services;
    await mail.deliver();
    expect(mailbox.mails).toHaveLength(before);
  });

  it('is set by the newest link only', async () => {
    const fred = await seedProved('fred');
    await post('/api/auth/reset-request', { email: fred.email });
    const first = await tokenFor(fred.email);
    await post('/api/auth/reset-request', { email: fred.email });
    await mailbox.waitFor(fred.email, 1);
    expect((await post('/api/auth/reset', { token: first, password: 'a new password' })).status).toBe(410);
  });
});

describe('an address', () => {
  it('of a new account is confirmed by the link that registering sends', async () => {
    const account = { email: 'gina@example.test', name: 'Gina', password: 'a good password', locale: 'fr' };
    expect((await post('/api/auth/register', account)).status).toBe(201);
    const received = await mailbox.waitFor('gina@example.test');
    expect(received.text).toMatch('Bonjour Gina');
    const cookie = cookieOf(await logIn('gina@example.test', 'a good password'));
    expect(await accountOf(cookie)).toMatchObject({ emailVerified: false, locale: 'fr' });
    expect((await post('/api/auth/confirm', { token: tokenIn(linkIn(received)) })).status).toBe(204);
    expect(await accountOf(cookie)).toMatchObject({ emailVerified: true, hasPassword: true });
  });

  it('is moved by the link to the new one; the former is told', async () => {
    const hugo = await seedProved('hugo');
    const headers = { cookie: hugo.cookie, origin: ORIGIN };
    const wish = { email: 'hugo2@example.test', password: SEED_PASSWORD };
    expect(await (await post('/api/account/email', wish, headers)).json()).toEqual({
      email: 'hugo2@example.test',
      pending: true,
    });
    expect((await accountOf(hugo.cookie)).email).toBe(hugo.email);
    await post('/api/auth/confirm', { token: await tokenFor('hugo2@example.test') });
    expect(await accountOf(hugo.cookie)).toMatchObject({ email: 'hugo2@example.test', emailVerified: true });
    expect((await mailbox.waitFor(hugo.email)).text).toMatch('hugo2@example.test');
  });

  it('is not moved to one that got an account meanwhile', async () => {
    const iris = await seedProved('iris');
    const headers = { cookie: iris.cookie, origin: ORIGIN };
    await post('/api/account/email', { email: 'taken@example.test', password: SEED_PASSWORD }, headers);
    await seed('taken');
    expect((await post('/api/auth/confirm', { token: await tokenFor('taken@example.test') })).status).toBe(
      409,
    );
  });

  it('hears of a changed password once it is proved', async () => {
    const jack = await seedProved('jack');
    const headers = { cookie: jack.cookie, origin: ORIGIN };
    const change = { present: SEED_PASSWORD, password: 'quite another one' };
    expect((await post('/api/account/password', change, headers)).status).toBe(204);
    expect(linkIn(await mailbox.waitFor(jack.email))).toBe(`${ORIGIN}/reset`);
  });
});

it('a link for one thing does no other', async () => {
  const kate = await seedProved('kate');
  await post('/api/auth/reset-request', { email: kate.email });
  const token = await tokenFor(kate.email);
  expect((await post('/api/auth/link', { token })).status).toBe(410);
  expect((await post('/api/auth/confirm', { token })).status).toBe(410);
  expect((await post('/api/auth/reset', { token, password: 'a new password' })).status).toBe(204);
});

it('one client asks for twenty links in an hour', async () => {
  const statuses = [];
  for (let turn = 0; turn < 21; turn += 1) {
    const response = await post('/api/auth/link-request', { email: `many${String(turn)}@example.test` });
    statuses.push(response.status);
  }
  expect(statuses.filter((status) => status === 204)).toHaveLength(20);
  expect(statuses.at(-1)).toBe(429);
});

it('links lie in the database as hashes and sealed letters', async () => {
  const lena = await seed('lena');
  mailbox.refuseWith(451);
  await post('/api/auth/link-request', { email: lena.email });
  mailbox.refuseWith(undefined);
  const { db } = portal.app.services;
  const rows = await db.selectFrom('mail_token').selectAll().where('email', '=', lena.email).execute();
  expect(rows).toHaveLength(1);
  const letters = await db.selectFrom('mail_outbox').select('sealed').execute();
  expect(
    letters.map(({ sealed }) => Buffer.from(sealed, 'base64url').toString('latin1')).join('\n'),
  ).not.toMatch(ORIGIN);
});
