/** Every page, as everybody who may see it does: axe-core finds nothing, and the page fits a phone and a desk. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CourtSign } from '@padelvar/shared/players-api';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openSession, startRecording, stopAndWait } from '../scripts/system/match.ts';
import { DESKTOP, openBrowser, PHONE } from './support/browser.ts';
import { listViolations } from './support/browser-access.ts';
import { lookAt } from './support/browser-look.ts';
import { createVisits } from './support/browser-visits.ts';
import type { Person, Visit, Visits } from './support/browser-visits.ts';
import { openLab } from './support/lab.ts';
import type { Lab } from './support/lab.ts';

const ROUTES = join(import.meta.dirname, '../cloud/src/routes');

interface Look {
  /** The route's folder, as in the portal's sources. */
  route: string;
  path: string;
  role?: string;
}

let lab: Lab;
let browser: Browser;
let visits: Visits;
let looks: Look[];

beforeAll(async () => {
  lab = await openLab([{ kind: 'rtsp' }]);
  browser = await openBrowser();
  visits = createVisits(browser, lab.system);
  const player = await lab.system.login('PLAYER');
  const { sessionId } = await openSession(player, 'court1');
  await startRecording(player, sessionId);
  await stopAndWait(player, sessionId);
  const { url } = await lab.system.admin.request<CourtSign>('GET', '/courts/court1/code');
  const share = await player.request<{ url: string }>('POST', `/video/files/${sessionId}/shares`, {});
  const invitation = await lab.system.admin.request<{ url: string }>(
    'POST',
    `/clubs/${lab.system.clubId}/invitations`,
    {},
  );
  looks = [
    { route: '/(entry)/login', path: '/login' },
    { route: '/(entry)/register', path: '/register' },
    { route: '/(app)', path: '/', role: 'PLAYER' },
    { route: '/(app)/videos/[sessionId]', path: `/videos/${sessionId}`, role: 'PLAYER' },
    { route: '/(app)/club', path: '/club', role: 'CLUB_ADMIN' },
    { route: '/(app)/club/members', path: '/club/members', role: 'CLUB_ADMIN' },
    { route: '/(app)/club/rules', path: '/club/rules', role: 'CLUB_ADMIN' },
    { route: '/(app)/club/numbers', path: '/club/numbers', role: 'CLUB_ADMIN' },
    { route: '/(app)/admin/users', path: '/admin/users', role: 'SUPER_ADMIN' },
    { route: '/(app)/admin/clubs', path: '/admin/clubs', role: 'SUPER_ADMIN' },
    { route: '/(app)/admin/audit', path: '/admin/audit', role: 'SUPER_ADMIN' },
    { route: '/(app)/devices', path: '/devices', role: 'SUPER_ADMIN' },
    { route: '/(court)/c/[code]', path: new URL(url).pathname },
    { route: '/s/[token]', path: new URL(share.url).pathname },
    { route: '/i/[token]', path: new URL(invitation.url).pathname },
    { route: '/(app)/j/[code]', path: '/j/unknown', role: 'PLAYER' },
    { route: '/(app)/match/[sessionId]', path: `/match/${sessionId}`, role: 'PLAYER' },
    { route: '/sign/[courtId]', path: '/sign/court1', role: 'CLUB_ADMIN' },
  ];
});
afterAll(async () => {
  await browser.close();
  await lab.close();
});
afterEach(async () => {
  expect(await visits.end()).toEqual([]);
});

function personOf(role: string): Person {
  const person = lab.system.logins.find((login) => login.role === role);
  if (person === undefined) throw new Error(`no login for ${role}`);
  return person;
}

test('every page is looked at', () => {
  const pages = readdirSync(ROUTES, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('+page.svelte'))
    .map((name) => `/${name.slice(0, -'/+page.svelte'.length)}`);
  expect(looks.map(({ route }) => route)).toEqual(expect.arrayContaining(pages));
});

const isLongRun = process.env['PADELVAR_LONG_TESTS'] === '1';
const LOCALES = ['en-GB', 'fr-FR', 'es-ES'];

/** Each role logs in once. */
async function lookAtAll(visit: Omit<Visit, 'path'>): Promise<string[]> {
  const found: string[] = [];
  const pages = new Map<string | undefined, Page>();
  for (const { path, role } of looks) {
    const open = pages.get(role);
    const page = open ?? (await arrive(role, path, visit));
    pages.set(role, page);
    if (open !== undefined || role === undefined) await page.goto(path);
    await page.waitForLoadState('networkidle');
    await lookAt(page, `${visit.locale ?? ''}${path.replaceAll('/', '-')}`);
    found.push(...(await listViolations(page)).map((line) => `${path}: ${line}`));
  }
  return found;
}

function arrive(role: string | undefined, path: string, visit: Omit<Visit, 'path'>): Promise<Page> {
  return role === undefined ? visits.arrive(visit) : visits.open(personOf(role), { ...visit, path });
}

test('on a phone axe finds nothing on any page, light or dark', async () => {
  expect(await lookAtAll({ screen: PHONE })).toEqual([]);
});

if (isLongRun)
  test.each(LOCALES)('at a desk axe finds nothing on any page, light or dark: %s', async (locale) => {
    expect(await lookAtAll({ screen: DESKTOP, locale })).toEqual([]);
  });
