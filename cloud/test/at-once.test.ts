/** Many people at the same moment: one of them gets what there is one of, and nothing is written twice. */
import type { MatchPeople } from '@padelvar/shared/players-api';
import type { Session } from '@padelvar/shared/portal-api';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTestPortal, type TestPortal } from './support/portal.ts';
import { seedClub, seedCourt, seedDevice, seedSession, seedUser, type SeededUser } from './support/seed.ts';
import { reportOf } from './support/test-device.ts';

const DEVICE = 'dev_alpha00000000';
const MANY = 50;
let portal: TestPortal;
let anna: SeededUser;
let ben: SeededUser;

beforeEach(async () => {
  portal = await openTestPortal();
  const { services } = portal.app;
  await seedClub(services.db, 'alpha');
  await seedDevice(services.db, 'alpha', { id: DEVICE, online: 1, last_seen_at: Date.now() });
  await seedCourt(services.db, 'alpha', 'one', { device_id: DEVICE, camera_sealed: '{}' });
  anna = await seedUser(services, { role: 'PLAYER', clubIds: ['alpha'], name: 'anna' });
  ben = await seedUser(services, { role: 'PLAYER', clubIds: ['alpha'], name: 'ben' });
});
afterEach(() => portal.close());

const times = <Result>(count: number, act: (index: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => act(index)));
const openCourt = ({ token }: SeededUser, key?: string): Promise<Response> =>
  portal.call('POST', '/api/video/session/create', {
    token,
    json: { courtId: 'one' },
    headers: key === undefined ? {} : { 'idempotency-key': key },
  });
const rows = () => portal.app.services.db.selectFrom('match_session').selectAll().execute();
const readRev = async (): Promise<number> => {
  const { db } = portal.app.services;
  return (await db.selectFrom('device').select('rev').where('id', '=', DEVICE).executeTakeFirstOrThrow()).rev;
};

/** The device opens the camera as soon as it is asked. */
async function obey(): Promise<string> {
  const found = await expect
    .poll(async () => (await rows())[0]?.id)
    .toBeDefined()
    .then(rows);
  const sessionId = found[0]?.id ?? '';
  const report = { sessionId, courtId: 'one', state: 'created' as const };
  await portal.app.services.sessions.applyReported(DEVICE, reportOf(undefined, [report]));
  return sessionId;
}

it(`${MANY} requests for one court make one session, which each of them gets`, async () => {
  const before = await readRev();
  const opening = times(MANY, () => openCourt(anna));
  const sessionId = await obey();
  for (const response of await opening) {
    expect(response.status).toBe(200);
    expect(((await response.json()) as Session).sessionId).toBe(sessionId);
  }
  expect(await rows()).toHaveLength(1);
  expect(await readRev()).toBe(before + 1);
});

it('of many people one gets the court, and the others are told that it is taken', async () => {
  const opening = times(MANY, (index) => openCourt(index % 2 === 0 ? anna : ben));
  await obey();
  const [row] = await rows();
  const statuses = (await opening).map((response) => response.status);
  const isOwner = (user: SeededUser): boolean => row?.owner_id === user.userId;
  expect(statuses).toEqual(statuses.map((_, index) => (isOwner(index % 2 === 0 ? anna : ben) ? 200 : 409)));
  expect(await rows()).toHaveLength(1);
});

it('a repeated key is one session, however close the repeats are', async () => {
  const opening = times(20, () => openCourt(anna, 'the same'));
  await obey();
  expect(new Set((await opening).map((response) => response.status))).toEqual(new Set([200]));
  expect(await portal.app.services.db.selectFrom('idempotency').selectAll().execute()).toHaveLength(1);
});

it('many starts are one recording, asked of the device once', async () => {
  const opening = openCourt(anna);
  const sessionId = await obey();
  await opening;
  const before = await readRev();
  const json = { sessionId, durationMinutes: 60 };
  const started = await times(MANY, () =>
    portal.call('POST', '/api/video/record/start', { token: anna.token, json }),
  );
  expect(new Set(started.map((response) => response.status))).toEqual(new Set([200]));
  expect(await readRev()).toBe(before + 1);
});

it('each change of the desired document counts, though all come at once', async () => {
  const { devices } = portal.app.services;
  const before = await readRev();
  await times(MANY, () => devices.touch(DEVICE));
  expect(await readRev()).toBe(before + MANY);
});

it('somebody who joins many times takes part once, and a match has one code', async () => {
  const { services } = portal.app;
  const sessionId = await seedSession(services.db, {
    ...{ clubId: 'alpha', courtId: 'one', deviceId: DEVICE },
    ownerId: anna.userId,
  });
  const lists = await times(20, () =>
    portal.call('GET', `/api/matches/${sessionId}/people`, { token: anna.token }),
  );
  const codes = await Promise.all(lists.map(async (list) => ((await list.json()) as MatchPeople).join?.code));
  expect(new Set(codes).size).toBe(1);
  const joined = await times(MANY, () => services.people.join(ben.userId, codes[0] ?? ''));
  expect(new Set(joined)).toEqual(new Set([sessionId]));
  const { participants } = await services.people.list(
    await services.db.selectFrom('match_session').selectAll().executeTakeFirstOrThrow(),
  );
  expect(participants).toHaveLength(1);
});

it('what a guest recorded is claimed by one of those who try', async () => {
  const { db, sessions } = portal.app.services;
  const where = { clubId: 'alpha', courtId: 'one', deviceId: DEVICE, ownerId: 'guest_of_the_court' };
  const sessionId = await seedSession(db, where);
  const claimed = await times(MANY, (index) =>
    sessions.claim('guest_of_the_court', (index % 2 === 0 ? anna : ben).userId),
  );
  expect(claimed.flat()).toEqual([sessionId]);
});

it('an invitation makes one member of those who accept it at once', async () => {
  const { services } = portal.app;
  const admin = await seedUser(services, { role: 'CLUB_ADMIN', clubIds: ['alpha'], name: 'admin' });
  await seedClub(services.db, 'beta');
  const made = await services.invitations.create(
    { ...admin, name: 'admin', role: 'CLUB_ADMIN', clubIds: ['beta'], authSessionId: '' },
    'beta',
    { role: 'PLAYER', label: '' },
  );
  const token = made.url.slice(made.url.lastIndexOf('/') + 1);
  const answers = await times(20, (index) =>
    portal.call('POST', `/api/invitations/${token}/accept`, {
      token: (index % 2 === 0 ? anna : ben).token,
    }),
  );
  expect(answers.filter((answer) => answer.status < 300)).toHaveLength(1);
  const members = await services.db
    .selectFrom('club_member')
    .selectAll()
    .where('club_id', '=', 'beta')
    .execute();
  expect(members).toHaveLength(1);
});

/** An invitation to that club as such; answers its token. */
async function invite(clubId: string, role: 'PLAYER' | 'CLUB_ADMIN'): Promise<string> {
  const { invitations } = portal.app.services;
  const admin = { userId: anna.userId, email: '', name: '', role, clubIds: [clubId], authSessionId: '' };
  const { url } = await invitations.create(admin, clubId, { role, label: '' });
  return url.slice(url.lastIndexOf('/') + 1);
}
const findCarla = async (userId: string) => {
  const { db } = portal.app.services;
  const { role } = await db
    .selectFrom('user')
    .select('role')
    .where('id', '=', userId)
    .executeTakeFirstOrThrow();
  const rows = await db.selectFrom('club_member').select('club_id').where('user_id', '=', userId).execute();
  return { role, clubIds: rows.map((row) => row.club_id).sort() };
};

it('of two clubs’ invitations accepted at once, one as an administrator, one alone counts', async () => {
  const { services } = portal.app;
  await seedClub(services.db, 'beta');
  for (const roles of [['CLUB_ADMIN', 'PLAYER'] as const, ['PLAYER', 'CLUB_ADMIN'] as const]) {
    const { token, userId } = await seedUser(services, { role: 'PLAYER', name: `carla-${roles[0]}` });
    const caller = await services.auth.findCaller(new Headers({ authorization: `Bearer ${token}` }));
    if (caller === undefined) throw new Error('expected a login');
    const tokens = [await invite('alpha', roles[0]), await invite('beta', roles[1])];
    const answers = await Promise.allSettled(
      tokens.map((invitation) => services.invitations.accept(caller, invitation)),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const { role, clubIds } = await findCarla(userId);
    expect(clubIds).toHaveLength(1);
    expect(role).toBe(roles[clubIds[0] === 'alpha' ? 0 : 1]);
  }
});

it('who joins another club meanwhile is made an administrator of neither', async () => {
  const { services } = portal.app;
  await seedClub(services.db, 'beta');
  const admin = await seedUser(services, { role: 'CLUB_ADMIN', clubIds: ['alpha'], name: 'admin' });
  const carla = await seedUser(services, { role: 'PLAYER', clubIds: ['alpha'], name: 'carla' });
  const [byAdmin, byCarla] = await Promise.all(
    [admin, carla].map(({ token }) =>
      services.auth.findCaller(new Headers({ authorization: `Bearer ${token}` })),
    ),
  );
  if (byAdmin === undefined || byCarla === undefined) throw new Error('expected two logins');
  const letIn = await services.gate.requireUser(byAdmin, 'user.write', carla.userId);
  await services.invitations.accept(byCarla, await invite('beta', 'PLAYER'));
  const change = services.users.update(byAdmin, letIn, { role: 'CLUB_ADMIN', clubIds: ['alpha'] });
  await expect(change).rejects.toMatchObject({ kind: 'not_found' });
  expect(await findCarla(carla.userId)).toEqual({ role: 'PLAYER', clubIds: ['alpha', 'beta'] });
});

it('an e-mail address becomes one account, in whatever letters it is written', async () => {
  const answers = await times(8, (index) =>
    portal.call('POST', '/api/auth/register', {
      json: {
        email: index % 2 === 0 ? 'Carla@Example.test' : 'carla@example.test',
        name: 'Carla',
        password: 'correct horse battery',
      },
    }),
  );
  const statuses = answers.map((answer) => answer.status).sort();
  expect(statuses.filter((status) => status < 300)).toHaveLength(1);
  expect(new Set(statuses.filter((status) => status >= 300))).toEqual(new Set([409]));
});
