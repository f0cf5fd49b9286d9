import { getMigrations } from 'better-auth/db/migration';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCESS_TOKEN_SECONDS } from '../src/lib/server/auth/access-token.ts';
import { createBetterAuth } from '../src/lib/server/auth/better-auth.ts';
import { silentLogger } from '../src/lib/server/log.ts';
import { createManualClock } from './support/manual-clock.ts';
import { openTestPortal, ORIGIN, type TestPortal } from './support/portal.ts';
import { SEED_PASSWORD, seedClub, seedUser } from './support/seed.ts';

const clock = createManualClock(Date.now());
let portal: TestPortal;
beforeAll(async () => {
  portal = await openTestPortal({
    clock,
    firstAdmin: { email: 'Admin@example.test', password: 'first password' },
  });
  await seedClub(portal.app.services.db, 'north', { join_open: 1 });
});
afterAll(() => portal.close());

const seed = (name: string, role: 'PLAYER' | 'CLUB_ADMIN' = 'PLAYER') =>
  seedUser(portal.app.services, { role, clubIds: ['north'], name });
const logIn = (email: string, password: string) =>
  portal.call('POST', '/api/auth/login', { json: { email, password } });

describe('the tables of accounts', () => {
  it('are the ones that better-auth expects', async () => {
    const { db } = portal.app.services;
    const { options } = createBetterAuth({
      db,
      origin: ORIGIN,
      secret: '7f3c1d9ab2e84f60'.repeat(2),
      log: silentLogger,
    });
    const { toBeCreated, toBeAdded } = await getMigrations(options);
    expect({ toBeCreated, toBeAdded }).toEqual({ toBeCreated: [], toBeAdded: [] });
  });
});

describe('logging in', () => {
  it('gives a token for programs and a cookie for browsers', async () => {
    const response = await logIn('admin@example.test', 'first password');
    expect(response.status).toBe(200);
    const { token, expiresInSeconds } = (await response.json()) as {
      token: string;
      expiresInSeconds: number;
    };
    expect(expiresInSeconds).toBe(ACCESS_TOKEN_SECONDS);
    const cookie = response.headers.getSetCookie()[0] ?? '';
    expect(cookie).toMatch(/^padelvar\.session_token=.*HttpOnly.*SameSite=Lax/i);
    expect(cookie).not.toMatch(/secure/i);
    for (const headers of [{ authorization: `Bearer ${token}` }, { cookie: cookie.split(';')[0] ?? '' }]) {
      const me = await portal.call('GET', '/api/auth/me', { headers });
      expect(await me.json()).toMatchObject({ email: 'admin@example.test', role: 'SUPER_ADMIN' });
    }
  });

  it('tells nobody whether the address or the password was wrong', async () => {
    await seed('anna');
    const [unknown, wrong] = await Promise.all([
      logIn('nobody@example.test', SEED_PASSWORD),
      logIn('anna@example.test', 'wrong'),
    ]);
    expect(unknown.status).toBe(401);
    expect(await unknown.text()).toBe(await wrong.text());
  });

  it('lets no burst of guesses in past the limit', async () => {
    await seed('burst');
    const guesses = Array.from({ length: 20 }, (_, guess) => logIn('burst@example.test', `guess ${guess}`));
    const statuses = (await Promise.all(guesses)).map((response) => response.status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(10);
  });

  it('is refused after ten failures for an account, and open again when the window has passed', async () => {
    await seed('bert');
    for (let attempt = 0; attempt < 10; attempt += 1) await logIn('bert@example.test', `guess ${attempt}`);
    const refused = await logIn('BERT@example.test', SEED_PASSWORD);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(200);
    await clock.advance(5 * 60_000);
    expect((await logIn('bert@example.test', SEED_PASSWORD)).status).toBe(200);
  });
});

describe('a token', () => {
  it('dies with the login it belongs to, and so does the cookie', async () => {
    const { token, cookie } = await seed('carl');
    const out = await portal.call('POST', '/api/auth/logout', { headers: { cookie, origin: ORIGIN } });
    expect(out.status).toBe(204);
    expect(out.headers.getSetCookie()[0]).toMatch(/^padelvar\.session_token=; Max-Age=0/);
    expect((await portal.call('GET', '/api/auth/me', { token })).status).toBe(401);
    expect((await portal.call('GET', '/api/auth/me', { headers: { cookie } })).status).toBe(401);
  });

  it('expires', async () => {
    const { token } = await seed('dora');
    await clock.advance((ACCESS_TOKEN_SECONDS + 1) * 1000);
    expect((await portal.call('GET', '/api/auth/me', { token })).status).toBe(401);
  });

  it('that was changed by one letter opens nothing', async () => {
    const { token } = await seed('ella');
    const [head, body = '', signature] = token.split('.');
    const forged = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>;
    const text = Buffer.from(JSON.stringify({ ...forged, sub: 'someone-else' })).toString('base64url');
    for (const bad of [`${head}.${text}.${signature}`, `${token}x`, 'x', '']) {
      expect((await portal.call('GET', '/api/auth/me', { token: bad })).status).toBe(401);
    }
  });

  it('is not the stored login token, so a stolen database opens nothing', async () => {
    const { userId } = await seed('fred');
    const db = portal.app.services.db;
    const row = await db
      .selectFrom('session')
      .selectAll()
      .where('userId', '=', userId)
      .executeTakeFirstOrThrow();
    const stored = (row as unknown as { token: string }).token;
    const attempts: Record<string, string>[] = [
      { authorization: `Bearer ${stored}` },
      { cookie: `padelvar.session_token=${stored}` },
    ];
    for (const headers of attempts) {
      expect((await portal.call('GET', '/api/auth/me', { headers })).status).toBe(401);
    }
  });
});

describe('a request with a cookie', () => {
  it('must come from the portal itself where it changes something', async () => {
    const { cookie } = await seed('gina');
    const post = (headers: Record<string, string>) =>
      portal.call('POST', '/api/video/cleanup', { headers: { cookie, ...headers } });
    expect((await post({})).status).toBe(403);
    expect((await post({ origin: 'http://evil.test' })).status).toBe(403);
    expect(await (await post({ origin: 'null' })).text()).toMatch(ORIGIN);
    const own = await post({ origin: ORIGIN });
    expect(await own.text()).toMatch('role PLAYER');
  });

  it('is judged by the configured address, not by a forged Host', async () => {
    const { cookie } = await seed('hugo');
    const headers = {
      cookie,
      host: 'evil.test',
      origin: 'http://evil.test',
      'x-forwarded-host': 'evil.test',
    };
    expect((await portal.call('POST', '/api/auth/logout', { headers })).status).toBe(403);
  });
});

describe('registering', () => {
  const register = (json: unknown) => portal.call('POST', '/api/auth/register', { json });

  it('makes a player of the club that was named, whatever else is sent', async () => {
    const response = await register({
      email: 'Iris@example.test',
      name: 'Iris',
      password: 'a good password',
      clubId: 'north',
      role: 'SUPER_ADMIN',
    });
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({
      email: 'iris@example.test',
      role: 'PLAYER',
      clubIds: ['north'],
    });
    expect((await logIn('iris@example.test', 'a good password')).status).toBe(200);
  });

  it('names no club that takes members by invitation only, as if there were none', async () => {
    const { db } = portal.app.services;
    await db.updateTable('club').set({ join_open: 0 }).where('id', '=', 'north').execute();
    const account = { email: 'k@example.test', name: 'K', password: 'a good password' };
    const closed = await register({ ...account, clubId: 'north' });
    await db.updateTable('club').set({ join_open: 1 }).where('id', '=', 'north').execute();
    expect(closed.status).toBe(404);
    expect(await closed.json()).toMatchObject({ errors: [{ field: 'clubId' }] });
    expect((await logIn(account.email, account.password)).status).toBe(401);
  });

  it.each([
    ['a short password', { email: 'j@example.test', name: 'J', password: 'short' }, 400, 'password'],
    ['no address', { email: 'j', name: 'J', password: 'a good password' }, 400, 'email'],
    [
      'an unknown club',
      { email: 'j@example.test', name: 'J', password: 'a good password', clubId: 'no' },
      404,
      'clubId',
    ],
    [
      'a taken address',
      { email: 'ADMIN@example.test', name: 'J', password: 'a good password' },
      409,
      'email',
    ],
  ])('with %s is refused and names the field', async (_what, json, status, field) => {
    const response = await register(json);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toMatchObject({ errors: [{ field }] });
  });

  it('says honestly that no reset mail can be sent', async () => {
    const response = await portal.call('POST', '/api/auth/reset-request', {
      json: { email: 'a@example.test' },
    });
    expect(response.status).toBe(409);
    expect(await response.text()).toMatch('sends no mail');
  });
});
