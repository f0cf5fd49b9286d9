/** One's own account: what it is called, its password and address, its logins; and who else may touch it. */
import type { Account, LoginUse } from '@padelvar/shared/account-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createManualClock } from './support/manual-clock.ts';
import { openTestPortal, ORIGIN, type TestPortal } from './support/portal.ts';
import { SEED_PASSWORD, seedClub, seedUser, type SeededUser } from './support/seed.ts';

const PHONE = 'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36';
const clock = createManualClock(Date.now());
let portal: TestPortal;
beforeAll(async () => {
  portal = await openTestPortal({ clock });
  await seedClub(portal.app.services.db, 'north');
});
afterAll(() => portal.close());

const seed = (name: string) => seedUser(portal.app.services, { role: 'PLAYER', clubIds: ['north'], name });
const as = ({ cookie }: SeededUser) => ({ headers: { cookie, origin: ORIGIN } });
const logIn = (email: string, password: string, userAgent = PHONE) =>
  portal.call('POST', '/api/auth/login', { json: { email, password }, headers: { 'user-agent': userAgent } });
const cookieOf = (response: Response): string => response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
const me = (cookie: string) => portal.call('GET', '/api/auth/me', { headers: { cookie } });

it('the account says what its owner may change, and takes the changes', async () => {
  const anna = await seed('anna');
  const before = (await (await portal.call('GET', '/api/account', as(anna))).json()) as Account;
  expect(before).toEqual({
    userId: anna.userId,
    email: anna.email,
    name: 'anna',
    locale: 'en',
    emailVerified: false,
    hasPassword: true,
    mailWhenReady: false,
    mail: false,
  });
  const changes = { name: 'Anna B.', locale: 'fr', mailWhenReady: true };
  const after = await portal.call('PATCH', '/api/account', { ...as(anna), json: changes });
  expect(await after.json()).toEqual({ ...before, ...changes });
  expect(await (await me(anna.cookie)).json()).toMatchObject({ name: 'Anna B.' });
  const wrong = await portal.call('PATCH', '/api/account', { ...as(anna), json: { locale: 'xx' } });
  expect(await wrong.json()).toMatchObject({ status: 400, errors: [{ field: 'locale' }] });
});

describe('a password', () => {
  const change = (user: SeededUser, json: object) =>
    portal.call('POST', '/api/account/password', { ...as(user), json });

  it('is changed by who knows the present one; all other logins end', async () => {
    const bert = await seed('bert');
    const other = cookieOf(await logIn(bert.email, SEED_PASSWORD));
    const changed = await change(bert, { present: SEED_PASSWORD, password: 'quite another one' });
    expect(changed.status).toBe(204);
    expect((await me(bert.cookie)).status).toBe(200);
    expect((await me(other)).status).toBe(401);
    expect((await logIn(bert.email, SEED_PASSWORD)).status).toBe(401);
    expect((await logIn(bert.email, 'quite another one')).status).toBe(200);
  });

  it('is not guessed by who found a phone unlocked: ten attempts, then a wait', async () => {
    const carl = await seed('carl');
    const wrong = { present: 'a wrong one', password: 'quite another one' };
    for (let attempt = 0; attempt < 10; attempt += 1) {
      expect(await (await change(carl, wrong)).json()).toMatchObject({ errors: [{ field: 'present' }] });
    }
    const right = { present: SEED_PASSWORD, password: 'quite another one' };
    expect((await change(carl, right)).status).toBe(429);
    await clock.advance(5 * 60_000);
    expect((await change(carl, right)).status).toBe(204);
  });

  it('is changed by no other site', async () => {
    const dora = await seed('dora');
    const json = { present: SEED_PASSWORD, password: 'quite another one' };
    for (const origin of ['http://evil.test', 'null']) {
      const headers = { cookie: dora.cookie, origin };
      expect((await portal.call('POST', '/api/account/password', { headers, json })).status).toBe(403);
    }
  });
});

describe('an address, where the portal sends no mail', () => {
  const move = (user: SeededUser, json: object) =>
    portal.call('POST', '/api/account/email', { ...as(user), json });

  it('is changed at once by who knows the password', async () => {
    const ella = await seed('ella');
    const refused = await move(ella, { email: 'ella2@example.test', password: 'no' });
    expect(await refused.json()).toMatchObject({ status: 400, errors: [{ field: 'password' }] });
    const moved = await move(ella, { email: 'Ella2@example.test', password: SEED_PASSWORD });
    expect(await moved.json()).toEqual({ email: 'ella2@example.test', pending: false });
    expect((await logIn('ella2@example.test', SEED_PASSWORD)).status).toBe(200);
    expect((await logIn(ella.email, SEED_PASSWORD)).status).toBe(401);
  });

  it('of another account is refused and named', async () => {
    const [fred, gina] = [await seed('fred'), await seed('gina')];
    const refused = await move(fred, { email: gina.email, password: SEED_PASSWORD });
    expect(await refused.json()).toMatchObject({ status: 409, errors: [{ field: 'email' }] });
  });
});

describe('logins', () => {
  const list = async (user: SeededUser): Promise<LoginUse[]> =>
    ((await (await portal.call('GET', '/api/account/logins', as(user))).json()) as { items: LoginUse[] })
      .items;

  it('are listed with browser, system and last use, the present one first', async () => {
    const hugo = await seed('hugo');
    const phone = cookieOf(await logIn(hugo.email, SEED_PASSWORD));
    await clock.advance(10 * 60_000);
    await me(phone);
    const [first, second, ...rest] = await list(hugo);
    expect(rest).toEqual([]);
    expect(first).toMatchObject({ current: true, browser: '', system: '' });
    expect(second).toMatchObject({ current: false, browser: 'Chrome', system: 'Android' });
    expect(Date.parse(second?.seenAt ?? '')).toBe(clock.nowMs());
  });

  it('end one by one or all others at once, for their owner only', async () => {
    const [iris, jack] = [await seed('iris'), await seed('jack')];
    const phone = cookieOf(await logIn(iris.email, SEED_PASSWORD));
    const tablet = cookieOf(await logIn(iris.email, SEED_PASSWORD));
    const [, one] = await list(iris);
    const path = `/api/account/logins/${one?.loginId ?? ''}`;
    expect((await portal.call('DELETE', path, as(jack))).status).toBe(404);
    expect((await portal.call('DELETE', path, as(iris))).status).toBe(204);
    const statuses = [(await me(phone)).status, (await me(tablet)).status];
    expect(statuses.sort()).toEqual([200, 401]);
    expect((await portal.call('DELETE', '/api/account/logins', as(iris))).status).toBe(204);
    expect(await list(iris)).toMatchObject([{ current: true }]);
    expect((await me(tablet)).status).toBe(401);
    expect((await me(jack.cookie)).status).toBe(200);
  });
});
