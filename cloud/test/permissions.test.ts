/** The permission table of the design, over every route × caller × own or foreign object. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  COURT_CODE,
  GUEST_COOKIE_LINE,
  GUEST_MOVIE,
  GUEST_REQUEST_ID,
  GUEST_SESSION,
  MATCH_CODE,
  OPEN_COURT_CODE,
  REQUEST_ID,
  seedCourtside,
} from './support/courtside.ts';
import { ORIGIN, openTestPortal, type TestPortal } from './support/portal.ts';
import {
  CALLERS,
  CLIP_ID,
  DELETED_SESSION,
  DEVICE,
  INVITATION_ID,
  INVITATION_TOKEN,
  LOGO_VERSION,
  OBJECTION_ID,
  MOVIE_SESSION,
  OPEN_SESSION,
  SCHEDULE_ID,
  SHARE_ID,
  SHARE_TOKEN,
  createWorld,
  type World,
} from './support/world.ts';

let portal: TestPortal;
let world: World;
beforeAll(async () => {
  portal = await openTestPortal();
  world = await createWorld(portal.app.services);
  await reset();
});
afterAll(() => portal.close());

async function reset(): Promise<void> {
  await world.reset();
  await seedCourtside(portal.app.services.db, world.participantId);
}

const REFUSALS = [401, 403, 404];
let isAsSeeded = true;

/** A request to the world as it was seeded. What is answered as the asker's mistake has changed nothing. */
async function ask(...[method, path, options]: Parameters<TestPortal['call']>): Promise<Response> {
  if (!isAsSeeded) await reset();
  const response = await portal.call(method, path.replace('TARGET', world.targetId), options);
  isAsSeeded = method === 'GET' || (response.status >= 400 && response.status < 500);
  return response;
}

type Row = [path: string, body: object | undefined, outcomes: string];

/** Outcomes in the order of CALLERS: nobody super support admin owner participant member foreignAdmin foreigner. */
const ANYBODY = 'ok  ok  ok  ok  ok  ok  ok  ok  ok';
const LOGGED_IN = '401 ok  ok  ok  ok  ok  ok  ok  ok';
const NOBODYS = '401 401 401 401 401 401 401 401 401';
const NOBODYS_OBJECT = '401 404 404 404 404 404 404 404 404';
const UNKNOWN_PASSKEY = { id: 'AAAA', response: { clientDataJSON: 'AAAA' } };
const DEVICES_ONLY = '401 401 401 401 401 401 401 401 401';
const SUPER_ONLY = '401 ok  403 403 403 403 403 403 403';
const SUPER_ONLY_HERE = '401 ok  403 403 403 404 403 404 404';
const CLUB_STAFF = '401 ok  403 ok  403 404 403 404 404';
const CLUB_PEOPLE = '401 ok  ok  ok  ok  404 ok  404 404';
const STAFF_LISTS = '401 ok  ok  ok  403 403 403 ok  403';
const STAFF_HERE = '401 ok  ok  ok  403 404 403 404 404';
const SUPPORT_HERE = '401 ok  ok  403 403 404 403 404 404';
const STAFF_ONLY = '401 ok  ok  403 403 403 403 403 403';
const OPENERS = '401 ok  403 ok  ok  404 ok  404 404';
/** Where guests may record, so may players of other clubs. */
const AT_THE_COURT = 'ok  ok  403 ok  ok  ok  ok  ok  ok';
const OWN = '401 ok  403 ok  ok  403 403 404 404';
const WATCHERS = '401 ok  403 ok  ok  ok  403 404 404';
const SEERS = '401 ok  ok  ok  ok  ok  403 404 404';

const CLIP = `/api/video/files/${MOVIE_SESSION}/clips/${CLIP_ID}`;
const newUser = { email: 'new@example.test', name: 'New', password: 'a good password', role: 'PLAYER' };
const TABLE: Record<string, Row> = {
  'POST /api/auth/login': [
    '/api/auth/login',
    { email: 'target@example.test', password: 'correct horse battery' },
    ANYBODY,
  ],
  'POST /api/auth/register': [
    '/api/auth/register',
    { email: 'target@example.test', name: 'T', password: 'a good password' },
    ANYBODY,
  ],
  'POST /api/auth/reset-request': ['/api/auth/reset-request', { email: 'target@example.test' }, ANYBODY],
  'POST /api/auth/reset': ['/api/auth/reset', { token: 'x', password: 'a good password' }, ANYBODY],
  'GET /api/auth/ways': ['/api/auth/ways', undefined, ANYBODY],
  'POST /api/auth/link-request': ['/api/auth/link-request', { email: 'target@example.test' }, ANYBODY],
  'POST /api/auth/link': ['/api/auth/link', { token: 'x'.repeat(32) }, ANYBODY],
  'POST /api/auth/confirm': ['/api/auth/confirm', { token: 'x'.repeat(32) }, ANYBODY],
  'POST /api/auth/passkey/begin': ['/api/auth/passkey/begin', undefined, ANYBODY],
  // Nobody's passkey: whoever asks is told so.
  'POST /api/auth/passkey': ['/api/auth/passkey', { credential: UNKNOWN_PASSKEY }, NOBODYS],
  'DELETE /api/auth/impersonation': ['/api/auth/impersonation', undefined, LOGGED_IN],
  'POST /api/admin/users/{userId}/impersonation': [
    '/api/admin/users/TARGET/impersonation',
    { reason: 'cannot find the match' },
    SUPER_ONLY_HERE,
  ],

  'GET /api/account': ['/api/account', undefined, LOGGED_IN],
  'PATCH /api/account': ['/api/account', { mailWhenReady: true }, LOGGED_IN],
  'POST /api/account/password': [
    '/api/account/password',
    { present: 'not this one', password: 'a good password' },
    LOGGED_IN,
  ],
  'POST /api/account/email': [
    '/api/account/email',
    { email: 'new@example.test', password: 'not this one' },
    LOGGED_IN,
  ],
  'POST /api/account/verification': ['/api/account/verification', undefined, LOGGED_IN],
  'GET /api/account/logins': ['/api/account/logins', undefined, LOGGED_IN],
  'DELETE /api/account/logins': ['/api/account/logins', undefined, LOGGED_IN],
  // A stranger's login is none of one's own.
  'DELETE /api/account/logins/{loginId}': ['/api/account/logins/unknown', undefined, NOBODYS_OBJECT],
  'GET /api/account/passkeys': ['/api/account/passkeys', undefined, LOGGED_IN],
  'POST /api/account/passkeys/begin': ['/api/account/passkeys/begin', {}, LOGGED_IN],
  'POST /api/account/passkeys': [
    '/api/account/passkeys',
    { name: 'Phone', credential: UNKNOWN_PASSKEY },
    NOBODYS,
  ],
  'DELETE /api/account/passkeys/{passkeyId}': ['/api/account/passkeys/unknown', undefined, NOBODYS_OBJECT],

  'GET /api/auth/me': ['/api/auth/me', undefined, LOGGED_IN],

  'GET /api/clubs': ['/api/clubs', undefined, LOGGED_IN],
  'POST /api/clubs': ['/api/clubs', { clubId: 'west', name: 'West' }, SUPER_ONLY],
  'PATCH /api/clubs/{clubId}': ['/api/clubs/north', { name: 'N' }, CLUB_STAFF],
  'DELETE /api/clubs/{clubId}': ['/api/clubs/north', undefined, SUPER_ONLY_HERE],
  'PUT /api/clubs/{clubId}/logo': ['/api/clubs/north/logo', undefined, CLUB_STAFF],
  'DELETE /api/clubs/{clubId}/logo': ['/api/clubs/north/logo', undefined, CLUB_STAFF],
  'GET /api/logos/{version}': [`/api/logos/${LOGO_VERSION}`, undefined, ANYBODY],
  'GET /api/courts': ['/api/courts?clubId=north', undefined, CLUB_PEOPLE],
  'GET /api/clubs/{clubId}/courts': ['/api/clubs/north/courts', undefined, CLUB_PEOPLE],
  'POST /api/clubs/{clubId}/courts': ['/api/clubs/north/courts', { courtId: 'n9', name: 'N9' }, CLUB_STAFF],
  'POST /api/clubs/{clubId}/camera-test': [
    '/api/clubs/north/camera-test',
    { courtId: 'n9', deviceId: DEVICE, cameraAddress: 'rtsp://10.0.0.1/s' },
    CLUB_STAFF,
  ],
  'PATCH /api/courts/{courtId}': ['/api/courts/n3', { name: 'N3' }, CLUB_STAFF],
  'DELETE /api/courts/{courtId}': ['/api/courts/n3', undefined, CLUB_STAFF],
  'GET /api/courts/{courtId}/code': ['/api/courts/n3/code', undefined, CLUB_STAFF],
  'POST /api/courts/{courtId}/code': ['/api/courts/n3/code', undefined, CLUB_STAFF],
  'GET /api/codes/{code}': [`/api/codes/${OPEN_COURT_CODE}`, undefined, ANYBODY],
  'POST /api/codes/{code}/open': [`/api/codes/${COURT_CODE}/open`, undefined, AT_THE_COURT],
  'POST /api/codes/{code}/ask': [`/api/codes/${OPEN_COURT_CODE}/ask`, undefined, LOGGED_IN],
  'POST /api/codes/{code}/next': [`/api/codes/${OPEN_COURT_CODE}/next`, undefined, AT_THE_COURT],
  'POST /api/guest/claim': ['/api/guest/claim', undefined, LOGGED_IN],
  'GET /api/matches/{sessionId}/people': [`/api/matches/${OPEN_SESSION}/people`, undefined, OWN],
  'POST /api/matches/{sessionId}/requests/{requestId}': [
    `/api/matches/${OPEN_SESSION}/requests/${REQUEST_ID}`,
    { accept: true },
    OWN,
  ],
  'POST /api/matches/join': ['/api/matches/join', { code: MATCH_CODE }, LOGGED_IN],

  'GET /api/clubs/{clubId}/members': ['/api/clubs/north/members', undefined, STAFF_HERE],
  'DELETE /api/clubs/{clubId}/members/{userId}': ['/api/clubs/north/members/TARGET', undefined, CLUB_STAFF],
  'GET /api/clubs/{clubId}/invitations': ['/api/clubs/north/invitations', undefined, STAFF_HERE],
  'POST /api/invitations/{token}/accept': [
    `/api/invitations/${INVITATION_TOKEN}/accept`,
    undefined,
    LOGGED_IN,
  ],
  'POST /api/clubs/{clubId}/invitations': ['/api/clubs/north/invitations', {}, CLUB_STAFF],
  'DELETE /api/clubs/{clubId}/invitations/{invitationId}': [
    `/api/clubs/north/invitations/${INVITATION_ID}`,
    undefined,
    CLUB_STAFF,
  ],
  'GET /api/invitations/{token}': [`/api/invitations/${INVITATION_TOKEN}`, undefined, ANYBODY],
  'GET /api/clubs/{clubId}/schedules': ['/api/clubs/north/schedules', undefined, STAFF_HERE],
  'POST /api/clubs/{clubId}/schedules': [
    '/api/clubs/north/schedules',
    { courtId: 'n3', firstDate: '2099-01-01', time: '20:30', durationMinutes: 90 },
    CLUB_STAFF,
  ],
  'DELETE /api/clubs/{clubId}/schedules/{scheduleId}': [
    `/api/clubs/north/schedules/${SCHEDULE_ID}`,
    undefined,
    CLUB_STAFF,
  ],
  'GET /api/clubs/{clubId}/log': ['/api/clubs/north/log', undefined, STAFF_HERE],
  'GET /api/clubs/{clubId}/storage': ['/api/clubs/north/storage', undefined, STAFF_HERE],
  'GET /api/clubs/{clubId}/statistics': ['/api/clubs/north/statistics', undefined, STAFF_HERE],

  'GET /api/admin/audit': ['/api/admin/audit', undefined, STAFF_ONLY],
  'GET /api/admin/users': ['/api/admin/users', undefined, STAFF_LISTS],
  'POST /api/admin/users': [
    '/api/admin/users',
    { ...newUser, clubIds: ['north'] },
    '401 ok  403 ok  403 403 403 403 403',
  ],
  'PATCH /api/admin/users/{userId}': ['/api/admin/users/TARGET', { name: 'T' }, CLUB_STAFF],
  'POST /api/admin/users/{userId}/password': [
    '/api/admin/users/TARGET/password',
    { password: 'correct horse battery' },
    CLUB_STAFF,
  ],
  'GET /api/admin/devices': ['/api/admin/devices', undefined, STAFF_LISTS],
  'POST /api/admin/devices/enrollments': [
    '/api/admin/devices/enrollments',
    { clubId: 'north', name: 'Mini-PC' },
    SUPER_ONLY_HERE,
  ],
  'GET /api/admin/devices/{deviceId}': [`/api/admin/devices/${DEVICE}`, undefined, STAFF_HERE],
  ...Object.fromEntries(
    ['logs', 'restart', 'diagnostics'].map((name) => [
      `POST /api/admin/devices/{deviceId}/${name}`,
      [`/api/admin/devices/${DEVICE}/${name}`, {}, SUPPORT_HERE] satisfies Row,
    ]),
  ),
  'DELETE /api/admin/devices/{deviceId}': [`/api/admin/devices/${DEVICE}`, undefined, SUPER_ONLY_HERE],

  'PATCH /api/admin/devices/{deviceId}': [
    `/api/admin/devices/${DEVICE}`,
    { uplinkKbitPerSecond: 10_000 },
    CLUB_STAFF,
  ],

  'GET /api/admin/storage': ['/api/admin/storage', undefined, '401 ok  ok  403 403 403 403 403 403'],
  'POST /api/admin/storage/compare': [
    '/api/admin/storage/compare',
    undefined,
    '401 ok  ok  403 403 403 403 403 403',
  ],

  'GET /api/video/health': ['/api/video/health', undefined, ANYBODY],
  'POST /api/video/cleanup': ['/api/video/cleanup', undefined, STAFF_LISTS],
  'POST /api/video/session/create': ['/api/video/session/create', { courtId: 'n3' }, OPENERS],
  'POST /api/video/session/close': ['/api/video/session/close', { sessionId: OPEN_SESSION }, OWN],
  'GET /api/video/session/list': ['/api/video/session/list', undefined, LOGGED_IN],
  'POST /api/video/record/start': ['/api/video/record/start', { sessionId: OPEN_SESSION }, OWN],
  'POST /api/video/record/stop': ['/api/video/record/stop', { sessionId: OPEN_SESSION }, OWN],
  'POST /api/video/record/extend': ['/api/video/record/extend', { sessionId: OPEN_SESSION }, OWN],
  'GET /api/video/record/events/{sessionId}': [`/api/video/record/events/${OPEN_SESSION}`, undefined, SEERS],
  'GET /api/video/record/status/{sessionId}': [`/api/video/record/status/${OPEN_SESSION}`, undefined, SEERS],
  'GET /api/video/files/list': ['/api/video/files/list', undefined, LOGGED_IN],
  'GET /api/video/files/{sessionId}/download': [
    `/api/video/files/${MOVIE_SESSION}/download`,
    undefined,
    WATCHERS,
  ],
  'GET /api/video/files/{sessionId}': [`/api/video/files/${MOVIE_SESSION}`, undefined, SEERS],
  'GET /api/video/files/{sessionId}/further/{number}/download': [
    `/api/video/files/${MOVIE_SESSION}/further/2/download`,
    undefined,
    WATCHERS,
  ],
  'GET /api/video/files/{sessionId}/receipt': [`/api/video/files/${DELETED_SESSION}/receipt`, undefined, OWN],
  ...Object.fromEntries(
    ['playlist.m3u8', 'init.mp4', 'thumbnail.jpg', 'storyboard.vtt', 'storyboard.jpg'].map((name) => [
      `GET /api/video/files/{sessionId}/${name}`,
      [`/api/video/files/${MOVIE_SESSION}/${name}`, undefined, WATCHERS] satisfies Row,
    ]),
  ),
  'GET /api/video/files/{sessionId}/local': [`/api/video/files/${MOVIE_SESSION}/local`, undefined, WATCHERS],
  'DELETE /api/video/files/{sessionId}': [`/api/video/files/${MOVIE_SESSION}`, undefined, OWN],
  'POST /api/video/files/{sessionId}/shares': [`/api/video/files/${MOVIE_SESSION}/shares`, {}, OWN],
  'GET /api/video/files/{sessionId}/shares': [`/api/video/files/${MOVIE_SESSION}/shares`, undefined, OWN],
  'DELETE /api/video/files/{sessionId}/shares/{shareId}': [
    `/api/video/files/${MOVIE_SESSION}/shares/${SHARE_ID}`,
    undefined,
    OWN,
  ],
  'GET /api/video/clips': ['/api/video/clips', undefined, LOGGED_IN],
  'POST /api/video/files/{sessionId}/clips': [
    `/api/video/files/${MOVIE_SESSION}/clips`,
    { name: 'Ace', fromMs: 0, toMs: 1000 },
    OWN,
  ],
  'GET /api/video/files/{sessionId}/clips': [`/api/video/files/${MOVIE_SESSION}/clips`, undefined, SEERS],
  'GET /api/video/files/{sessionId}/clips/{clipId}': [CLIP, undefined, SEERS],
  'PATCH /api/video/files/{sessionId}/clips/{clipId}': [CLIP, { name: 'Ace' }, OWN],
  'DELETE /api/video/files/{sessionId}/clips/{clipId}': [CLIP, undefined, OWN],
  'GET /api/video/files/{sessionId}/clips/{clipId}/movie': [`${CLIP}/movie`, undefined, WATCHERS],
  'GET /api/video/files/{sessionId}/clips/{clipId}/thumbnail.jpg': [
    `${CLIP}/thumbnail.jpg`,
    undefined,
    WATCHERS,
  ],
  'GET /api/shares/{token}': [`/api/shares/${SHARE_TOKEN}`, undefined, ANYBODY],
  'GET /api/shares/{token}/movie': [`/api/shares/${SHARE_TOKEN}/movie`, undefined, ANYBODY],
  ...Object.fromEntries(
    ['playlist.m3u8', 'init.mp4', 'storyboard.vtt', 'storyboard.jpg'].map((name) => [
      `GET /api/shares/{token}/${name}`,
      [`/api/shares/${SHARE_TOKEN}/${name}`, undefined, ANYBODY] satisfies Row,
    ]),
  ),
  'POST /api/video/files/{sessionId}/owner': [
    `/api/video/files/${MOVIE_SESSION}/owner`,
    { email: 'target@example.test' },
    '401 ok  403 ok  403 403 403 404 404',
  ],
  'POST /api/video/files/{sessionId}/disclosure': [
    `/api/video/files/${MOVIE_SESSION}/disclosure`,
    { authority: 'Police of Lyon', reason: 'order 2026-17 of the court' },
    '401 ok  403 ok  403 403 403 404 404',
  ],
  'GET /api/portal': ['/api/portal', undefined, ANYBODY],
  'GET /api/admin/settings': ['/api/admin/settings', undefined, SUPER_ONLY],
  'PATCH /api/admin/settings': ['/api/admin/settings', { legalContact: 'The club' }, SUPER_ONLY],
  'GET /api/privacy/data': ['/api/privacy/data', undefined, LOGGED_IN],
  'GET /api/privacy/account': ['/api/privacy/account', undefined, LOGGED_IN],
  'POST /api/privacy/account/delete': [
    '/api/privacy/account/delete',
    { email: 'nobody@example.test' },
    LOGGED_IN,
  ],
  'POST /api/codes/{code}/objections': [
    `/api/codes/${OPEN_COURT_CODE}/objections`,
    { date: '2026-01-01', time: '10:00' },
    ANYBODY,
  ],
  'GET /api/clubs/{clubId}/objections': ['/api/clubs/north/objections', undefined, STAFF_HERE],
  'POST /api/clubs/{clubId}/objections/{objectionId}': [
    `/api/clubs/north/objections/${OBJECTION_ID}`,
    { decision: 'keep' },
    CLUB_STAFF,
  ],
  'GET /api/preview/{sessionId}/stream.mjpeg': [
    `/api/preview/${OPEN_SESSION}/stream.mjpeg`,
    undefined,
    WATCHERS,
  ],
  'GET /api/preview/{sessionId}/snapshot.jpg': [
    `/api/preview/${OPEN_SESSION}/snapshot.jpg?reason=picture+is+black`,
    undefined,
    SEERS,
  ],
  'GET /api/preview/{sessionId}/info': [`/api/preview/${OPEN_SESSION}/info`, undefined, SEERS],

  'POST /api/edge/enroll': [
    '/api/edge/enroll',
    { token: 'x'.repeat(32), signKey: 'A'.repeat(43), sealKey: 'A'.repeat(43) },
    DEVICES_ONLY,
  ],
  'POST /api/edge/challenge': ['/api/edge/challenge', { deviceId: DEVICE }, ANYBODY],
  'POST /api/edge/token': [
    '/api/edge/token',
    { deviceId: DEVICE, nonce: 'x'.repeat(32), signature: 'A'.repeat(86) },
    DEVICES_ONLY,
  ],
  'GET /api/edge/desired': ['/api/edge/desired', undefined, DEVICES_ONLY],
  'POST /api/edge/reported': ['/api/edge/reported', {}, DEVICES_ONLY],
  'POST /api/edge/uploads/{sessionId}': [`/api/edge/uploads/${OPEN_SESSION}`, {}, DEVICES_ONLY],
  'DELETE /api/edge/uploads/{sessionId}': [`/api/edge/uploads/${OPEN_SESSION}`, undefined, DEVICES_ONLY],
  'POST /api/edge/uploads/{sessionId}/parts': [`/api/edge/uploads/${OPEN_SESSION}/parts`, {}, DEVICES_ONLY],
  'PUT /api/edge/uploads/{sessionId}/files/{name}': [
    `/api/edge/uploads/${OPEN_SESSION}/files/init.mp4`,
    {},
    DEVICES_ONLY,
  ],
  'POST /api/edge/uploads/{sessionId}/complete': [
    `/api/edge/uploads/${OPEN_SESSION}/complete`,
    {},
    DEVICES_ONLY,
  ],
  'POST /api/edge/uploads/{sessionId}/further/{number}': [
    `/api/edge/uploads/${OPEN_SESSION}/further/2`,
    {},
    DEVICES_ONLY,
  ],
  'DELETE /api/edge/uploads/{sessionId}/further/{number}': [
    `/api/edge/uploads/${OPEN_SESSION}/further/2`,
    undefined,
    DEVICES_ONLY,
  ],
  'POST /api/edge/uploads/{sessionId}/further/{number}/parts': [
    `/api/edge/uploads/${OPEN_SESSION}/further/2/parts`,
    {},
    DEVICES_ONLY,
  ],
  'POST /api/edge/uploads/{sessionId}/further/{number}/complete': [
    `/api/edge/uploads/${OPEN_SESSION}/further/2/complete`,
    {},
    DEVICES_ONLY,
  ],
  'POST /api/edge/preview/{sessionId}': [`/api/edge/preview/${OPEN_SESSION}`, {}, DEVICES_ONLY],
  'POST /api/auth/logout': ['/api/auth/logout', undefined, LOGGED_IN],
};

const FOURTEEN = [
  'POST /api/video/session/create',
  'POST /api/video/session/close',
  'GET /api/video/session/list',
  'POST /api/video/record/start',
  'POST /api/video/record/stop',
  'GET /api/video/record/status/{sessionId}',
  'GET /api/video/files/list',
  'GET /api/video/files/{sessionId}/download',
  'DELETE /api/video/files/{sessionId}',
  'GET /api/preview/{sessionId}/stream.mjpeg',
  'GET /api/preview/{sessionId}/snapshot.jpg',
  'GET /api/preview/{sessionId}/info',
  'GET /api/video/health',
  'POST /api/video/cleanup',
];

/** What a guest may do with the session that its browser opened. */
const GUESTS_OWN = new Set([
  'POST /api/video/session/close',
  'POST /api/video/record/start',
  'POST /api/video/record/stop',
  'POST /api/video/record/extend',
  'GET /api/video/record/status/{sessionId}',
  'GET /api/video/record/events/{sessionId}',
  'GET /api/preview/{sessionId}/stream.mjpeg',
  'GET /api/preview/{sessionId}/snapshot.jpg',
  'GET /api/preview/{sessionId}/info',
  'GET /api/matches/{sessionId}/people',
  'POST /api/matches/{sessionId}/requests/{requestId}',
]);

it('every route that is described has a row, and every row a route', async () => {
  const response = await portal.call('GET', '/api/openapi.json');
  const { paths } = (await response.json()) as { paths: Record<string, Record<string, unknown>> };
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(Object.keys(TABLE).sort()).toEqual(described.sort());
});

it('the fourteen video routes of the design are there', () => {
  expect(Object.keys(TABLE)).toEqual(expect.arrayContaining(FOURTEEN));
});

it('nobody who is not logged in learns what input a route expects', async () => {
  const open = new Set(['POST /api/edge/enroll', 'POST /api/edge/token', 'POST /api/auth/passkey']);
  const guarded = Object.entries(TABLE).filter(
    ([route, row]) => row[2].startsWith('401') && !open.has(route),
  );
  for (const [route, [path]] of guarded) {
    const [method = ''] = route.split(' ');
    const wrong = path
      .replace(/north|n3|sess_\w+|dev_\w+|TARGET/, 'WRONG!')
      .replace('clubId=', 'limit=x&clubId=');
    const response = await portal.call(method, wrong, method === 'GET' ? {} : { json: [] });
    expect(`${route} ${response.status}`).toBe(`${route} 401`);
  }
});

describe.each(Object.entries(TABLE))('%s', (route, [path, json, outcomes]) => {
  const method = route.split(' ')[0] ?? '';
  const expected = outcomes.split(/ +/);

  it.each(CALLERS.map((name, index) => [name, expected[index]] as const))('%s: %s', async (name, outcome) => {
    const token = name === 'nobody' ? undefined : world.tokens[name];
    const response = await ask(method, path, { token, json });
    const text = response.status >= 400 ? await response.text() : '';
    if (response.status < 400) await response.body?.cancel();
    const found = REFUSALS.includes(response.status) ? String(response.status) : 'ok';
    expect(`${found} ${found === outcome ? '' : text}`).toBe(`${String(outcome)} `);
    expect(response.status).not.toBe(500);
  });
});

describe.each(Object.entries(TABLE))('a guest at %s', (route, [path, json, outcomes]) => {
  const method = route.split(' ')[0] ?? '';
  const nobodys = outcomes.split(/ +/)[0] ?? '';

  const askAsGuest = async (text: string): Promise<string> => {
    const [where = '', body] = text.split('\n');
    const response = await ask(method, where, {
      headers: { cookie: GUEST_COOKIE_LINE, origin: ORIGIN },
      json: body === undefined ? undefined : JSON.parse(body),
    });
    await response.body?.cancel();
    expect(response.status).not.toBe(500);
    return REFUSALS.includes(response.status) ? String(response.status) : 'ok';
  };
  const request = json === undefined ? path : `${path}\n${JSON.stringify(json)}`;

  it('is nobody with what others recorded', async () => {
    expect(await askAsGuest(request)).toBe(nobodys);
  });

  it('is who may with its own what a guest may', async () => {
    const own = request
      .replaceAll(OPEN_SESSION, GUEST_SESSION)
      .replaceAll(MOVIE_SESSION, GUEST_MOVIE)
      .replace(REQUEST_ID, GUEST_REQUEST_ID);
    const isOfSession = own !== request;
    expect(await askAsGuest(own)).toBe(isOfSession && GUESTS_OWN.has(route) ? 'ok' : nobodys);
  });
});

/** What is not the id of anything: names of files and numbers of parts. */
const NO_IDS = new Set(['{name}', '{number}']);
/** The id of what is made by it is chosen, not guessed. */
const CHOOSE_IDS = /^POST \/api\/(?:clubs|clubs\/{clubId}\/(?:courts|camera-test))$/;
/** Device ids are no secret, and an answer to anybody tells nothing of them. */
const TELLS_NOTHING = new Set(['POST /api/edge/challenge']);

/** An id of the same shape that nothing has. */
const guess = (id: string): string => id.replace(/[\da-z]{1,6}$/i, (end) => '7'.repeat(end.length));

/** Where to, and with what. */
type Request = [path: string, json?: object | undefined];

/** The row once for each id in its address and its body, with another id in that one's place. */
function guessIds(route: string, path: string, json: object | undefined): Request[] {
  const template = route.split(' ')[1]?.split('/') ?? [];
  const [where = '', query = ''] = path.split('?');
  const segments = where.split('/');
  const inPath = template.flatMap((name, place): Request[] => {
    if (!name.startsWith('{') || NO_IDS.has(name)) return [];
    const guessed = segments.with(place, guess(segments[place] ?? '')).join('/');
    return [[`${guessed}${query && '?'}${query}`, json]];
  });
  const inQuery = query.startsWith('clubId=') ? [[`${where}?${guess(query)}`] satisfies Request] : [];
  const inBody = Object.entries(json ?? {}).flatMap(([key, value]): Request[] =>
    /^(?:session|court|device|club)Id$|^code$/.test(key) && !CHOOSE_IDS.test(route)
      ? [[path, { ...json, [key]: guess(String(value)) }]]
      : [],
  );
  return [...inPath, ...inQuery, ...inBody];
}

const WITH_IDS = Object.entries(TABLE).filter(
  ([route, [path, json]]) =>
    !TELLS_NOTHING.has(route) && !route.includes('/api/account/') && guessIds(route, path, json).length > 0,
);

describe.each(WITH_IDS)('a guessed id at %s', (route, [path, json]) => {
  const method = route.split(' ')[0] ?? '';

  const askAs = async (caller: (typeof CALLERS)[number], where: string, body: object | undefined) => {
    const token = caller === 'nobody' ? undefined : world.tokens[caller];
    const response = await ask(method, where, { token, json: body });
    return { status: response.status, text: await response.text() };
  };

  it('gives nobody anything, and is answered to strangers as the id of what is not theirs', async () => {
    const real = path.replace('TARGET', world.targetId);
    for (const [guessedPath, guessedBody] of guessIds(route, real, json)) {
      for (const caller of CALLERS) {
        const { status } = await askAs(caller, guessedPath, guessedBody);
        expect(`${caller} ${guessedPath} ${status}`).toMatch(/ 4\d\d$/);
      }
      for (const stranger of ['foreignAdmin', 'foreigner'] as const) {
        const known = await askAs(stranger, real, json);
        // What they may, with the code of a court or a link in their hands, they are told of.
        if (![403, 404].includes(known.status)) continue;
        expect(await askAs(stranger, guessedPath, guessedBody)).toEqual(known);
      }
    }
  });
});
