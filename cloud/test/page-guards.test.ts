/** Who is let into which page of the portal, as a browser asks for it. What a page then asks of the API is decided there. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, startBuiltPortal, type BuiltPortal } from './support/built-portal.ts';
import { SEED_PASSWORD } from './support/seed.ts';

const ORIGIN = 'http://portal.test';
const ROUTES = join(import.meta.dirname, '../src/routes');

/** Outcomes in this order. */
const WHO = ['nobody', 'super', 'support', 'admin', 'player'] as const;
type Who = (typeof WHO)[number];

const ANYBODY = '200 200 200 200 200';
/** Who is not logged in is sent to log in, and back. */
const LOGGED_IN = 'login 200 200 200 200';
const VIEWERS = 'login 200 403 200 200';
const CLUB = 'login 200 403 200 403';
/** Support reads them. */
const CLUB_READ = 'login 200 200 200 403';
const STAFF = 'login 200 200 403 403';
const SUPER = 'login 200 403 403 403';
/** Who is logged in has no use for it. */
const STRANGERS = '200 home home home home';

/** Anybody's where there is such a code. */
const UNKNOWN_COURT = '404 404 404 404 404';

/** By the page's folder, without groups. */
const TABLE: Record<string, string> = {
  '/': LOGGED_IN,
  '/account': LOGGED_IN,
  '/account/privacy': LOGGED_IN,
  '/admin/audit': STAFF,
  '/admin/clubs': STAFF,
  '/admin/settings': SUPER,
  '/admin/system': STAFF,
  '/admin/users': STAFF,
  '/c/[code]': UNKNOWN_COURT,
  '/c/[code]/objection': UNKNOWN_COURT,
  '/club': CLUB_READ,
  '/club/log': CLUB_READ,
  '/club/members': CLUB_READ,
  '/club/numbers': CLUB_READ,
  '/club/objections': CLUB,
  '/club/rules': CLUB,
  '/club/schedules': CLUB_READ,
  '/confirm/[token]': ANYBODY,
  '/devices': STAFF,
  '/devices/[deviceId]': STAFF,
  '/i/[token]': ANYBODY,
  '/j/[code]': LOGGED_IN,
  '/l/[token]': ANYBODY,
  '/login': STRANGERS,
  '/match/[sessionId]': LOGGED_IN,
  '/register': STRANGERS,
  '/reset': ANYBODY,
  '/reset/[token]': ANYBODY,
  '/s/[token]': ANYBODY,
  '/sign/[courtId]': CLUB,
  '/videos/[sessionId]': VIEWERS,
  '/videos/[sessionId]/clips/[clipId]': VIEWERS,
};

let portal: BuiltPortal;
const cookies: Record<Who, string> = { nobody: '', super: '', support: '', admin: '', player: '' };
beforeAll(async () => {
  portal = await startBuiltPortal({ PADELVAR_ORIGIN: ORIGIN });
  cookies.super = await logIn(ADMIN);
  await post('/api/clubs', { clubId: 'north', name: 'North' });
  for (const [who, role, clubIds] of [
    ['support', 'SUPPORT', []],
    ['admin', 'CLUB_ADMIN', ['north']],
    ['player', 'PLAYER', ['north']],
  ] as const) {
    const login = { email: `${who}@padelvar.example`, password: SEED_PASSWORD };
    await post('/api/admin/users', { ...login, name: who, role, clubIds });
    cookies[who] = await logIn(login);
  }
});
afterAll(async () => {
  portal.process.kill('SIGKILL');
  await portal.ended;
});

async function post(path: string, json: object): Promise<Response> {
  const response = await fetch(`http://127.0.0.1:${portal.port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: ORIGIN, cookie: cookies.super },
    body: JSON.stringify(json),
  });
  expect(response.ok).toBe(true);
  return response;
}

async function logIn(login: { email: string; password: string }): Promise<string> {
  const response = await post('/api/auth/login', login);
  return response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
}

const get = (path: string, who: Who) =>
  fetch(`http://127.0.0.1:${portal.port}${path}`, { headers: { cookie: cookies[who] }, redirect: 'manual' });

/** As the table says it. */
async function outcomeOf(path: string, who: Who): Promise<string> {
  const response = await get(path, who);
  await response.body?.cancel();
  if (response.status !== 303) return String(response.status);
  const location = response.headers.get('location');
  if (location === '/') return 'home';
  const next = path === '/' ? '' : `?next=${encodeURIComponent(path)}`;
  return location === `/login${next}` ? 'login' : `303 ${location ?? ''}`;
}

/** The pages that have a file of that name. */
const pagesWith = (file: string): string[] =>
  readdirSync(ROUTES, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(`/${file}`))
    .map((name) => `/${name.replaceAll(/\([^)]*\)\//g, '')}`.slice(0, -(file.length + 1)))
    .map((page) => (page === '' ? '/' : page));

it('every page has a row, and every row a page', () => {
  expect(Object.keys(TABLE).sort()).toEqual(pagesWith('+page.svelte').sort());
});

/** A page of a match that looks like one; whether there is such a match, its page asks of the API. */
const pathOf = (page: string): string =>
  page.replace('[sessionId]', 'sess_club_c1_1700000000').replaceAll(/\[[^\]]*\]/g, 'nowhere');

describe.each(Object.entries(TABLE))('%s', (page, outcomes) => {
  const expected = outcomes.split(' ');

  it.each(WHO.map((who, index) => [who, expected[index]] as const))('%s: %s', async (who, outcome) => {
    expect(await outcomeOf(pathOf(page), who)).toBe(outcome);
  });
});

/** A page that is gone to within the portal asks for its data alone. */
describe.each(['support', 'admin', 'player'] as const)('%s', (who) => {
  const refused = Object.keys(TABLE).filter((page) => TABLE[page]?.split(' ')[WHO.indexOf(who)] === '403');

  it.each(refused)('gets no data of %s either', async (page) => {
    const { nodes } = (await (await get(`${pathOf(page)}/__data.json`, who)).json()) as { nodes: object[] };
    const node = nodes.at(-1) ?? null;
    // One that asks for its data in the browser gets none with the page.
    if (pagesWith('+page.server.ts').includes(page))
      expect(node).toMatchObject({ type: 'error', error: { status: 403 } });
    else expect(node).toBeNull();
  });
});
