/** Every page, as everybody who may see it does: axe-core finds nothing, the page fits a phone and a desk, and Tab comes to all that can be worked. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { openSession, startRecording, stopAndWait } from '../../scripts/system/match.ts';
import { isLongRun } from '../../edge/test/support/figures.ts';
import type { System } from '../../scripts/system/system.ts';
import { DESKTOP, PHONE } from '../support/browser.ts';
import { listViolations } from '../support/browser-access.ts';
import { tabThrough } from '../support/browser-keyboard.ts';
import { lookAt } from '../support/browser-look.ts';
import { createVisits, personOf } from '../support/browser-visits.ts';
import type { Visits } from '../support/browser-visits.ts';
import { test } from '../support/page-test.ts';
import { LOCALES } from '../support/page-texts.ts';

const ROUTES = join(import.meta.dirname, '../../cloud/src/routes');

/** What the pages are about. */
interface Made {
  sessionId: string;
  clipId: string;
  deviceId: string;
  /** Paths of the court's page, of a shared video and of an invitation. */
  court: string;
  share: string;
  invitation: string;
}

interface Look {
  /** The route's folder, as in the portal's sources. */
  route: string;
  path: string | ((made: Made) => string);
  role?: string;
}

const LOOKS: readonly Look[] = [
  { route: '/(entry)/login', path: '/login' },
  { route: '/(entry)/register', path: '/register' },
  { route: '/(entry)/reset', path: '/reset' },
  { route: '/(entry)/reset/[token]', path: `/reset/${'x'.repeat(32)}` },
  { route: '/l/[token]', path: `/l/${'x'.repeat(32)}` },
  { route: '/confirm/[token]', path: `/confirm/${'x'.repeat(32)}` },
  { route: '/(app)/account', path: '/account', role: 'PLAYER' },
  { route: '/(app)', path: '/', role: 'PLAYER' },
  { route: '/(app)', path: '/?tab=videos', role: 'PLAYER' },
  { route: '/(app)/videos/[sessionId]', path: ({ sessionId }) => `/videos/${sessionId}`, role: 'PLAYER' },
  {
    route: '/(app)/videos/[sessionId]/clips/[clipId]',
    path: ({ sessionId, clipId }) => `/videos/${sessionId}/clips/${clipId}`,
    role: 'PLAYER',
  },
  { route: '/(app)/club', path: '/club', role: 'CLUB_ADMIN' },
  { route: '/(app)/club/members', path: '/club/members', role: 'CLUB_ADMIN' },
  { route: '/(app)/club/rules', path: '/club/rules', role: 'CLUB_ADMIN' },
  { route: '/(app)/club/schedules', path: '/club/schedules', role: 'CLUB_ADMIN' },
  { route: '/(app)/club/numbers', path: '/club/numbers', role: 'CLUB_ADMIN' },
  { route: '/(app)/club/log', path: '/club/log', role: 'CLUB_ADMIN' },
  { route: '/(app)/admin/users', path: '/admin/users', role: 'SUPER_ADMIN' },
  { route: '/(app)/admin/clubs', path: '/admin/clubs', role: 'SUPER_ADMIN' },
  { route: '/(app)/admin/audit', path: '/admin/audit', role: 'SUPER_ADMIN' },
  { route: '/(app)/admin/system', path: '/admin/system', role: 'SUPER_ADMIN' },
  { route: '/(app)/account/privacy', path: '/account/privacy', role: 'PLAYER' },
  { route: '/(app)/club/objections', path: '/club/objections', role: 'CLUB_ADMIN' },
  { route: '/(app)/admin/settings', path: '/admin/settings', role: 'SUPER_ADMIN' },
  { route: '/(court)/c/[code]/objection', path: ({ court }) => `${court}/objection` },
  { route: '/(app)/devices', path: '/devices', role: 'SUPER_ADMIN' },
  { route: '/(app)/devices/[deviceId]', path: ({ deviceId }) => `/devices/${deviceId}`, role: 'SUPER_ADMIN' },
  { route: '/(court)/c/[code]', path: ({ court }) => court },
  { route: '/s/[token]', path: ({ share }) => share },
  { route: '/i/[token]', path: ({ invitation }) => invitation },
  { route: '/(app)/j/[code]', path: '/j/unknown', role: 'PLAYER' },
  { route: '/(app)/match/[sessionId]', path: ({ sessionId }) => `/match/${sessionId}`, role: 'PLAYER' },
  { route: '/sign/[courtId]', path: '/sign/court1', role: 'CLUB_ADMIN' },
  { route: '/(app)', path: '/?tab=active', role: 'CLUB_ADMIN' },
  { route: '/+error, no such page', path: '/nowhere' },
  { route: '/+error, not for this role', path: '/admin/users', role: 'PLAYER' },
  { route: '/+error, an old code', path: `/c/${'0'.repeat(16)}` },
  { route: '/api/docs', path: '/api/docs' },
];
/** What most people see of the portal; the long run has every page. */
const USUAL: ReadonlySet<string> = new Set([
  ...[
    '/(entry)/login',
    '/(court)/c/[code]',
    '/(app)',
    '/(app)/match/[sessionId]',
    '/(app)/videos/[sessionId]',
  ],
  ...['/s/[token]', '/(app)/club', '/(app)/club/rules', '/sign/[courtId]', '/+error, no such page'],
]);
/** Pages that there are not, or not for everybody, are answered so. */
const EXPECTED = /nowhere|c\/0{16}|403.*admin\/users/;
/** What is there once a page has come that asks again and again, or that shows first how it waits. */
const SHOWN: Readonly<Record<string, string>> = {
  '/?tab=videos': 'video-card',
  '/?tab=active': 'session-card',
};
/** On a phone in English; in the long run in every language, and at a desk as well. */
const VISITS = (isLongRun ? LOCALES : (['en-GB'] as const)).flatMap((locale) =>
  (isLongRun ? [PHONE, DESKTOP] : [PHONE]).map((screen) => ({ screen, locale })),
);

let made: Made;

test.beforeAll(async ({ lab }) => {
  const { admin, clubId } = lab.system;
  const player = await lab.system.login('PLAYER');
  const { sessionId } = await openSession(player, 'court1');
  await startRecording(player, sessionId);
  await stopAndWait(player, sessionId);
  const club = await lab.system.login('CLUB_ADMIN');
  const going = await openSession(club, 'court2');
  await startRecording(club, going.sessionId);
  const pathOf = async (answer: Promise<{ url: string }>): Promise<string> =>
    new URL((await answer).url).pathname;
  const asked = { authority: 'Police of Lyon', reason: 'order 2026-17 of the court' };
  await admin.disclose(sessionId, asked);
  const cut = { name: 'Match point', fromMs: 0, toMs: 500 };
  const { clipId } = await player.createClip(sessionId, cut);
  made = {
    sessionId,
    clipId,
    deviceId: (await admin.devices()).items[0]?.deviceId ?? '',
    court: await pathOf(admin.getSign('court1')),
    share: await pathOf(player.createShare(sessionId, {})),
    invitation: await pathOf(admin.invite(clubId, {})),
  };
});

test('every page is looked at', () => {
  const pages = readdirSync(ROUTES, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('+page.svelte'))
    .map((name) => `/${name.slice(0, -'/+page.svelte'.length)}`);
  expect(LOOKS.map(({ route }) => route)).toEqual(expect.arrayContaining(pages));
});

describe.each(VISITS)('axe finds nothing: $locale, $screen.viewport.width wide', (visit) => {
  let visits: Visits;
  /** Each role logs in once. */
  const pages = new Map<string | undefined, Page>();

  test.beforeAll(({ browser, lab }) => {
    visits = createVisits(browser, lab.system);
  });
  test.afterAll(async () => {
    expect(await visits.end()).toEqual([]);
  });

  async function open(system: System, role: string | undefined, path: string): Promise<Page> {
    const known = pages.get(role);
    if (known === undefined && role !== undefined)
      return visits.open(personOf(system, role), { ...visit, path, expected: EXPECTED });
    const page = known ?? (await visits.arrive({ ...visit, expected: EXPECTED }));
    await page.goto(path);
    return page;
  }

  /** Once: what Tab comes to does not depend on the language. */
  const isByKeyboard = visit.screen === DESKTOP && visit.locale === 'en-GB';

  test.for(isLongRun ? LOOKS : LOOKS.filter(({ route }) => USUAL.has(route)))(
    'on $route $path',
    async ({ route, path, role }, { lab }) => {
      const page = await open(lab.system, role, typeof path === 'string' ? path : path(made));
      pages.set(role, page);
      await page.waitForLoadState('networkidle');
      const shown = typeof path === 'string' ? SHOWN[path] : undefined;
      if (shown !== undefined) await page.getByTestId(shown).first().waitFor();
      await lookAt(page, `${visit.locale}${route.replaceAll(/[/, ]+/g, '-')}`);
      expect((await listViolations(page)).join('\n')).toBe('');
      if (isByKeyboard) expect(await tabThrough(page)).toEqual([]);
    },
  );
});
