import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestPortal, type TestPortal } from './support/portal.ts';
import { SEED_PASSWORD, seedUser } from './support/seed.ts';
import { createWorld, MOVIE_SESSION, OPEN_SESSION, type World } from './support/world.ts';

let portal: TestPortal;
let world: World;
beforeAll(async () => {
  portal = await openTestPortal();
  world = await createWorld(portal.app.services);
});
beforeEach(() => world.reset());
afterAll(() => portal.close());

type Who = keyof World['tokens'];
const ask = (who: Who, method: string, path: string, json?: unknown) =>
  portal.call(method, path, { token: world.tokens[who], json });
const auditOf = async (object: string) =>
  portal.app.services.db.selectFrom('audit').selectAll().where('object', '=', object).execute();

describe('an administrator of a club', () => {
  it('gives no staff role, no foreign club and no membership in nothing', async () => {
    const update = (json: unknown) => ask('admin', 'PATCH', `/api/admin/users/${world.targetId}`, json);
    expect((await update({ role: 'SUPER_ADMIN', clubIds: [] })).status).toBe(403);
    expect((await update({ role: 'SUPPORT', clubIds: [] })).status).toBe(403);
    expect((await update({ clubIds: ['north', 'south'] })).status).toBe(403);
    expect((await update({ clubIds: [] })).status).toBe(403);
    expect((await update({ role: 'CLUB_ADMIN' })).status).toBe(200);
  });

  it('can’t touch a member who belongs to another club too', async () => {
    const { db } = portal.app.services;
    await db.insertInto('club_member').values({ club_id: 'south', user_id: world.targetId }).execute();
    const json = { password: 'taken over!' };
    const response = await ask('admin', 'POST', `/api/admin/users/${world.targetId}/password`, json);
    expect(response.status).toBe(403);
  });
});

describe('roles and clubs', () => {
  it.each([
    ['SUPPORT', ['north'], 'expected no clubs'],
    ['CLUB_ADMIN', [], 'at least one club'],
    ['PLAYER', ['nowhere'], 'found no club nowhere'],
  ])('%s in %j is refused', async (role, clubIds, message) => {
    const json = { email: 'x@example.test', name: 'X', password: 'a good password', role, clubIds };
    const response = await ask('super', 'POST', '/api/admin/users', json);
    expect([400, 404]).toContain(response.status);
    expect(await response.text()).toMatch(message);
  });

  it('the last SUPER_ADMIN stays one', async () => {
    const me = (await (await ask('super', 'GET', '/api/auth/me')).json()) as { userId: string };
    const response = await ask('super', 'PATCH', `/api/admin/users/${me.userId}`, { role: 'SUPPORT' });
    expect(response.status).toBe(409);
  });

  it('a role that was taken away is gone with the next request of the same token', async () => {
    const user = await seedUser(portal.app.services, { role: 'SUPPORT', name: 'leaver' });
    expect((await portal.call('GET', '/api/admin/users', { token: user.token })).status).toBe(200);
    await ask('super', 'PATCH', `/api/admin/users/${user.userId}`, { role: 'PLAYER' });
    expect((await portal.call('GET', '/api/admin/users', { token: user.token })).status).toBe(403);
  });
});

describe('a password that was set', () => {
  it('replaces the old one and ends every login', async () => {
    const user = await seedUser(portal.app.services, { role: 'PLAYER', name: 'forgetful' });
    const path = `/api/admin/users/${user.userId}/password`;
    expect((await ask('super', 'POST', path, { password: 'short' })).status).toBe(400);
    expect((await ask('super', 'POST', path, { password: 'a new password' })).status).toBe(204);
    expect((await portal.call('GET', '/api/auth/me', { token: user.token })).status).toBe(401);
    const logIn = async (password: string) =>
      (await portal.call('POST', '/api/auth/login', { json: { email: user.email, password } })).status;
    expect(await logIn(SEED_PASSWORD)).toBe(401);
    expect(await logIn('a new password')).toBe(200);
  });
});

it('answers are kept by no cache unless they say so', async () => {
  for (const path of ['/api/auth/me', '/api/clubs', '/api/video/files/list', '/api/nothing']) {
    expect((await ask('owner', 'GET', path)).headers.get('cache-control')).toBe('no-store');
  }
});

describe('the audit log', () => {
  it('has every staff view of a player’s video, once per ten minutes, and none of the owner’s', async () => {
    const download = `/api/video/files/${MOVIE_SESSION}/download`;
    for (const who of ['owner', 'participant', 'admin', 'admin', 'super'] as const)
      await ask(who, 'GET', download);
    const rows = await auditOf(MOVIE_SESSION);
    expect(rows.map((row) => row.action)).toEqual(['video.download', 'video.download']);
    expect(new Set(rows.map((row) => row.user_id)).size).toBe(2);
  });

  it('has the reason of support’s snapshot, without which there is none', async () => {
    const path = `/api/preview/${OPEN_SESSION}/snapshot.jpg`;
    const refused = await ask('support', 'GET', path);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ errors: [{ field: 'reason' }] });
    await ask('support', 'GET', `${path}?reason=ticket+12`);
    expect(await auditOf(OPEN_SESSION)).toMatchObject([
      { action: 'preview.snapshot', detail: '{"reason":"ticket 12"}' },
    ]);
  });
});

describe('bad input', () => {
  it.each([0, -1, 10_000, 1.5, 'abc', null])(
    'a duration of %j is refused and the field named',
    async (minutes) => {
      const json = { sessionId: OPEN_SESSION, durationMinutes: minutes };
      const response = await ask('owner', 'POST', '/api/video/record/start', json);
      expect(response.status).toBe(400);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      const problem = (await response.json()) as { errors: { field: string; message: string }[] };
      expect(problem.errors[0]).toMatchObject({ field: 'durationMinutes' });
      expect(problem.errors[0]?.message).toMatch(/expected/);
    },
  );

  it.each([
    ['{"courtId":', 'application/json', 400, 'expected a JSON body'],
    ['[]', 'application/json', 400, 'expected object'],
    ['courtId=n1', 'application/x-www-form-urlencoded', 400, 'application/json'],
    ['{"courtId":"../n1"}', 'application/json', 400, 'courtId'],
    ['{"courtId":"nowhere"}', 'application/json', 404, 'no such court'],
  ])('the body %j as %s is %i: %s', async (body, type, status, message) => {
    const response = await portal.app.fetch(
      new Request('http://portal.test/api/video/session/create', {
        method: 'POST',
        headers: { authorization: `Bearer ${world.tokens.owner}`, 'content-type': type },
        body,
      }),
    );
    expect(response.status).toBe(status);
    expect(await response.text()).toMatch(message);
  });

  it('a club that does not exist and one that is not one’s own read the same', async () => {
    const [none, foreign] = await Promise.all([
      ask('owner', 'GET', '/api/courts?clubId=nowhere'),
      ask('owner', 'GET', '/api/courts?clubId=south'),
    ]);
    expect(none.status).toBe(404);
    expect(await none.text()).toBe(await foreign.text());
  });

  it('a route that does not exist is a problem document', async () => {
    const response = await portal.call('GET', '/api/video/nothing');
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ kind: 'not_found', status: 404 });
  });

  it('a failure inside gives nothing away', async () => {
    const broken = await openTestPortal();
    const { token } = await seedUser(broken.app.services, { role: 'SUPER_ADMIN' });
    await broken.app.services.db.schema.alterTable('court').renameTo('elsewhere').execute();
    const response = await broken.call('GET', '/api/courts', { token });
    expect(response.status).toBe(500);
    expect(await response.text()).not.toMatch(/sqlite|postgres|relation|table|stack|\.ts/i);
    await broken.close();
  });
});

describe('health', () => {
  it('says which part works, and counts only what the caller may see', async () => {
    const health = async (token?: string): Promise<unknown> =>
      (await portal.call('GET', '/api/video/health', { token })).json();
    await expect
      .poll(() => health())
      .toMatchObject({ status: 'ok', database: true, broker: true, storage: true });
    expect(await health()).toMatchObject({ devices: { total: 0 } });
    expect(await health(world.tokens.member)).toMatchObject({
      devices: { total: 1, online: 0 },
      recording: 0,
    });
    expect(await health(world.tokens.foreigner)).toMatchObject({ devices: { total: 0 } });
  });
});
