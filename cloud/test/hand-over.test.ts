/** A club gives a match to another player: a guest's, a running one, one that is over. */
import type { MatchPeople } from '@padelvar/shared/players-api';
import type { Video } from '@padelvar/shared/portal-api';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { GUEST_COOKIE_LINE, GUEST_MOVIE, GUEST_SESSION, seedCourtside } from './support/courtside.ts';
import { linkIn, openMailbox } from './support/mailbox.ts';
import { openTestPortal, ORIGIN, type TestPortal } from './support/portal.ts';
import {
  createWorld,
  DELETED_SESSION,
  MOVIE_SESSION,
  OPEN_SESSION,
  type CallerName,
  type World,
} from './support/world.ts';

let portal: TestPortal;
let world: World;
beforeAll(async () => {
  portal = await openTestPortal();
  world = await createWorld(portal.app.services);
});
beforeEach(async () => {
  const { db } = portal.app.services;
  await world.reset();
  await seedCourtside(db, world.participantId);
  await db.deleteFrom('audit').execute();
});
afterAll(() => portal.close());

type Who = Exclude<CallerName, 'nobody'>;
const call = (who: Who, method: string, path: string, json?: object) =>
  portal.call(method, path, { token: world.tokens[who], json });
const handOver = (sessionId: string, email: string, who: Who = 'admin') =>
  call(who, 'POST', `/api/video/files/${sessionId}/owner`, { email });
const statusOf = async (who: Who, method: string, path: string, json?: object): Promise<number> => {
  const { status, body } = await call(who, method, path, json);
  await body?.cancel();
  return status;
};
const idOf = async (name: string): Promise<string> => {
  const { db } = portal.app.services;
  const row = await db.selectFrom('user').select('id').where('name', '=', name).executeTakeFirstOrThrow();
  return row.id;
};
const SHARES = `/api/video/files/${MOVIE_SESSION}/shares`;
const PEOPLE = `/api/matches/${OPEN_SESSION}/people`;

it('a match that is over is the new owner’s, and the former one still watches it', async () => {
  const answer = await handOver(MOVIE_SESSION, 'Foreigner@Example.test');
  expect(answer.status).toBe(200);
  const foreigner = await idOf('foreigner');
  expect(await answer.json()).toEqual({
    ...{ sessionId: MOVIE_SESSION, ownerId: foreigner, ownerName: 'foreigner' },
  });
  expect(await statusOf('foreigner', 'GET', SHARES)).toBe(200);
  expect(await statusOf('owner', 'GET', SHARES)).toBe(403);
  expect(await statusOf('owner', 'GET', `/api/video/files/${MOVIE_SESSION}`)).toBe(200);
  expect(await statusOf('participant', 'GET', `/api/video/files/${MOVIE_SESSION}`)).toBe(200);
  const seen = (await (await call('owner', 'GET', `/api/video/files/${MOVIE_SESSION}`)).json()) as Video;
  expect(seen).toMatchObject({ ownerId: foreigner, canDelete: false, canShare: false });
});

it('a running match goes on under its new owner: who asked to be in has it, and a new code lets others in', async () => {
  const before = (await (await call('owner', 'GET', PEOPLE)).json()) as MatchPeople;
  expect(before.requests).toHaveLength(1);
  expect((await handOver(OPEN_SESSION, 'participant@example.test')).status).toBe(200);
  const people = (await (await call('participant', 'GET', PEOPLE)).json()) as MatchPeople;
  expect(people).toMatchObject({ participants: [{ name: 'owner' }], requests: [] });
  expect(people.join?.code).not.toBe(before.join?.code);
  expect(await statusOf('member', 'POST', '/api/matches/join', { code: before.join?.code })).toBe(404);
  expect(await statusOf('owner', 'POST', '/api/video/record/stop', { sessionId: OPEN_SESSION })).toBe(403);
  expect(await statusOf('participant', 'POST', '/api/video/session/close', { sessionId: OPEN_SESSION })).toBe(
    200,
  );
});

it('what a guest recorded is the player’s: the guest’s browser has no right left, and claims nothing', async () => {
  for (const sessionId of [GUEST_SESSION, GUEST_MOVIE]) {
    expect((await handOver(sessionId, 'member@example.test')).status).toBe(200);
  }
  const headers = { cookie: GUEST_COOKIE_LINE, origin: ORIGIN };
  const status = await portal.call('GET', `/api/video/record/status/${GUEST_SESSION}`, { headers });
  expect(status.status).toBe(401);
  const claim = await portal.call('POST', '/api/guest/claim', { headers, token: world.tokens.foreigner });
  expect(await claim.json()).toEqual({ sessionIds: [] });
  expect(await statusOf('member', 'GET', `/api/video/record/status/${GUEST_SESSION}`)).toBe(200);
  expect(await statusOf('member', 'GET', `/api/video/files/${GUEST_MOVIE}/shares`)).toBe(200);
  const { db } = portal.app.services;
  const participants = await db
    .selectFrom('session_participant')
    .selectAll()
    .where('session_id', 'in', [GUEST_SESSION, GUEST_MOVIE])
    .execute();
  expect(participants).toEqual([]);
});

it('what a guest recorded and a participant claimed is theirs alone, and can be handed on', async () => {
  const { db, sessions } = portal.app.services;
  const participants = () =>
    db
      .selectFrom('session_participant')
      .innerJoin('user', 'user.id', 'session_participant.user_id')
      .select('user.name')
      .where('session_id', '=', GUEST_MOVIE)
      .execute();
  const claimerId = await idOf('participant');
  const row = { session_id: GUEST_MOVIE, user_id: claimerId };
  await db.insertInto('session_participant').values(row).execute();
  const { owner_id: guestId } = await db
    .selectFrom('match_session')
    .select('owner_id')
    .where('id', '=', GUEST_MOVIE)
    .executeTakeFirstOrThrow();
  expect(await sessions.claim(guestId, claimerId)).toContain(GUEST_MOVIE);
  expect(await participants()).toEqual([]);
  await db.insertInto('session_participant').values(row).execute();
  expect((await handOver(GUEST_MOVIE, 'member@example.test')).status).toBe(200);
  expect(await participants()).toEqual([{ name: 'participant' }]);
});

it('an administrator who planned it takes no part in it, one of another club does', async () => {
  const planned = async (name: string): Promise<string[]> => {
    const { db } = portal.app.services;
    await db
      .updateTable('match_session')
      .set({ owner_id: await idOf(name) })
      .where('id', '=', MOVIE_SESSION)
      .execute();
    await handOver(MOVIE_SESSION, 'owner@example.test');
    const rows = await db
      .selectFrom('session_participant')
      .innerJoin('user', 'user.id', 'session_participant.user_id')
      .select('user.name')
      .where('session_id', '=', MOVIE_SESSION)
      .orderBy('user.name')
      .execute();
    return rows.map((row) => row.name);
  };
  expect(await planned('admin')).toEqual(['participant']);
  expect(await planned('foreign-admin')).toEqual(['foreign-admin', 'participant']);
});

it.each([
  ['nobody', 'nobody@example.test'],
  ['support, which owns no match,', 'support@example.test'],
  ['what is no address', 'member'],
])('%s is refused at the field of the address', async (_whom, email) => {
  const answer = await handOver(MOVIE_SESSION, email);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ errors: [{ field: 'email' }] });
  expect(await statusOf('owner', 'GET', SHARES)).toBe(200);
});

it('a video that was deleted goes to nobody', async () => {
  expect((await handOver(DELETED_SESSION, 'member@example.test')).status).toBe(410);
});

it('each time is in the audit log, with both owners; a repeat changes nothing', async () => {
  const from = await idOf('owner');
  const to = await idOf('member');
  for (const who of ['admin', 'super'] as const) {
    expect((await handOver(MOVIE_SESSION, 'member@example.test', who)).status).toBe(200);
  }
  const { db } = portal.app.services;
  const lines = await db.selectFrom('audit').selectAll().where('action', '=', 'video.hand-over').execute();
  expect(lines).toMatchObject([{ user_id: await idOf('admin'), object: MOVIE_SESSION }]);
  expect(JSON.parse(lines[0]?.detail ?? '')).toEqual({ from, to });
});

it('who has an account is not to be tried out', async () => {
  const tried = async (): Promise<number> =>
    (await handOver(MOVIE_SESSION, 'x@example.test', 'super')).status;
  for (let time = 0; time < 20; time += 1) expect(await tried()).toBe(400);
  expect(await tried()).toBe(429);
});

it('its new owner is told by mail, at an address that is confirmed; another gets no match', async () => {
  const mailbox = await openMailbox();
  const posting = await openTestPortal({ mail: mailbox.settings });
  try {
    const { services } = posting.app;
    const { tokens } = await createWorld(services);
    await services.auth.identities.confirm(
      (await services.auth.identities.findByEmail('member@example.test'))?.userId ?? '',
    );
    const give = (email: string) =>
      posting.call('POST', `/api/video/files/${MOVIE_SESSION}/owner`, {
        token: tokens.admin,
        json: { email },
      });
    const refused = await give('foreigner@example.test');
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({ fault: 'email_unconfirmed' });
    expect((await give('member@example.test')).status).toBe(200);
    const letter = await mailbox.waitFor('member@example.test');
    expect(letter.headers).toContain('Subject: A match at Club north is yours now');
    expect(linkIn(letter)).toBe(`${ORIGIN}/videos/${MOVIE_SESSION}`);
    expect(mailbox.mails.filter(({ to }) => to.includes('foreigner@example.test'))).toEqual([]);
  } finally {
    await posting.close();
    await mailbox.close();
  }
});
