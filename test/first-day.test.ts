/**
 * A club's first day at a desk: the club, its mini-PC, an administrator, a court with its camera, a member who records. And
 * the day on which support looks something up for it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Simulator } from '../edge/src/simulate/simulator.ts';
import { startTestCourts } from '../edge/test/support/test-courts.ts';
import { findFreePort, startProgram, type Program } from '../scripts/system/processes.ts';
import { DESKTOP, openBrowser } from './support/browser.ts';
import { listViolations } from './support/browser-access.ts';
import { lookAt } from './support/browser-look.ts';
import {
  downloadMovie,
  openCourt,
  startMatch,
  stopMatch,
  waitUntilElapsed,
} from './support/browser-match.ts';
import { findDecodingErrors } from './support/browser-movie.ts';
import { createVisits, type Visits, personOf } from './support/browser-visits.ts';
import { openLab, type Lab } from './support/lab.ts';

const CLUB = { clubId: 'riverside', name: 'Riverside Padel' };
const MANAGER = { email: 'manager@padelvar.example', name: 'Mona Manager', password: 'a-first-day' };
const MEMBER = { email: 'member@padelvar.example', name: 'Mia Member', password: 'a-first-match' };
const START_MS = 30_000;
/** Nowhere near the club's. */
const FAR_ZONE = 'Pacific/Auckland';

const formatAtClub = (ms: number): string =>
  new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'Europe/Paris' }).format(ms);

let lab: Lab;
let browser: Browser;
let visits: Visits;
let camera: Simulator;
let edge: Program | undefined;
let memoryFolder: string;

beforeAll(async () => {
  [lab, camera, browser, memoryFolder] = await Promise.all([
    openLab([]),
    startTestCourts([{ kind: 'rtsp', user: 'ref', password: 'p-ss' }]),
    openBrowser(),
    mkdtemp('/dev/shm/padelvar-first-day-'),
  ]);
  visits = createVisits(browser, lab.system);
});
afterAll(async () => {
  await browser.close();
  await edge?.stop();
  await lab.close();
  await camera.close();
  await rm(memoryFolder, { recursive: true, force: true });
});
afterEach(async () => {
  expect(await visits.end()).toEqual([]);
});

const fill = (page: Page, name: string, value: string) => page.locator(`[name="${name}"]`).fill(value);

/** One of a select's options, as somebody with a mouse takes it. */
async function choose(page: Page, label: string, option: string): Promise<void> {
  await page.getByRole('dialog').getByLabel(label).first().click();
  await page.getByRole('option', { name: option }).click();
}

/** Types the page's command at the new mini-PC; answers once it runs. */
async function enrollMiniPc(command: string): Promise<Program> {
  const program = (name: string, ...args: string[]): Program =>
    startProgram({
      ...{ name, command: process.execPath, logPath: join(lab.folder, `${name}.log`) },
      arguments: [join(import.meta.dirname, '..', 'edge', 'bin', 'padelvar-edge.js'), ...args],
      environment,
    });
  const environment = {
    ...{ PADELVAR_DATA_DIR: join(lab.folder, 'riverside'), RUNTIME_DIRECTORY: memoryFolder },
    PADELVAR_LAN_PORT: String(await findFreePort()),
  };
  const [, ...args] = command.split(' padelvar-edge ');
  await program('riverside-enroll', ...(args[0] ?? '').split(' ')).waitFor(/this device is (\S+)/, START_MS);
  const running = program('riverside-edge', 'run');
  await running.waitFor(/edge started/, START_MS);
  return running;
}

test('a club, its mini-PC, its administrator, a court, a member: by the evening the member has a match', async () => {
  const admin = await visits.open(personOf(lab.system, 'SUPER_ADMIN'), {
    screen: DESKTOP,
    path: '/admin/clubs',
  });
  await admin.getByTestId('club-list').waitFor();
  await admin.getByTestId('add-club').click();
  await fill(admin, 'club-name', CLUB.name);
  await fill(admin, 'club-id', CLUB.clubId);
  await admin.getByTestId('club-form').locator('button[type=submit]').click();
  await admin.getByTestId('club-list').getByText(CLUB.name).waitFor();
  await lookAt(admin, 'first-day-clubs');

  await admin.goto('/devices');
  await admin.getByTestId('enroll').click();
  await choose(admin, 'Club', CLUB.name);
  await fill(admin, 'device-name', 'Cupboard');
  await admin.getByTestId('enroll-submit').click();
  const command = await admin.getByTestId('enroll-command').innerText();
  expect(await listViolations(admin)).toEqual([]);
  edge = await enrollMiniPc(command);
  await admin.reload();
  await admin.getByTestId('device-card').filter({ hasText: 'Cupboard' }).getByText('Online').waitFor();
  await lookAt(admin, 'first-day-devices');

  await admin.goto('/admin/users');
  await admin.getByTestId('user-list').waitFor();
  await admin.getByTestId('add-user').click();
  await fill(admin, 'user-name', MANAGER.name);
  await fill(admin, 'user-email', MANAGER.email);
  await fill(admin, 'user-password', MANAGER.password);
  await choose(admin, 'Role', 'Club administrator');
  await admin.getByTestId('user-form').getByLabel(CLUB.name).check();
  await lookAt(admin, 'first-day-user');
  await admin.getByTestId('user-form').locator('button[type=submit]').click();
  await admin.getByTestId('user-list').getByText(MANAGER.email).waitFor();

  const club = await visits.open(MANAGER, { screen: DESKTOP, path: '/club' });
  await club.getByTestId('add-court').click();
  await fill(club, 'court-name', 'Centre court');
  await fill(club, 'court-id', 'centre');
  await fill(club, 'camera-address', camera.courts[0]?.address ?? '');
  await club.getByTestId('camera-test').click();
  await club.getByTestId('camera-picture').waitFor();
  await lookAt(club, 'first-day-court');
  await club.getByTestId('save-court').click();
  await club.locator('[data-testid=court-card][data-court=centre]').waitFor();

  await club.goto('/club/members');
  await club.getByTestId('member-list').waitFor();
  await club.getByTestId('invite').click();
  await fill(club, 'invite-label', MEMBER.name);
  await club.getByTestId('invite-create').click();
  const invitation = new URL(await club.getByTestId('invite-url').innerText()).pathname;

  const member = await visits.arrive();
  await member.goto(invitation);
  await member.getByRole('link', { name: 'Create your account' }).tap();
  await fill(member, 'name', MEMBER.name);
  await member.getByTestId('register-email').fill(MEMBER.email);
  await member.getByTestId('register-password').fill(MEMBER.password);
  await member.getByTestId('register-form').locator('button[type=submit]').tap();
  await member.getByTestId('accept').tap();
  await openCourt(member, 'centre', 5);
  await startMatch(member);
  await waitUntilElapsed(member, 3);
  await stopMatch(member);
  expect(await findDecodingErrors(await downloadMovie(member, lab.folder))).toBe('');

  await club.reload();
  await club.getByTestId('member-list').getByText(MEMBER.email).waitFor();
  await lookAt(club, 'first-day-members');
});

test('support finds the match, gives a reason for one picture of the court, and gets no more than that', async () => {
  const member = await visits.open(MEMBER);
  await openCourt(member, 'centre', 5);
  await startMatch(member);

  const support = await visits.open(personOf(lab.system, 'SUPPORT'), {
    ...{ screen: DESKTOP, path: '/?tab=active' },
    timeZone: FAR_ZONE,
  });
  const card = support.getByTestId('session-card').filter({ hasText: 'Centre court' });
  await card.waitFor();
  expect(await card.getByTestId('session-end').count()).toBe(0);
  await card.getByTestId('session-look').click();
  await support.getByTestId('look-submit').click();
  expect(await support.getByTestId('look-picture').count()).toBe(0);
  await support.getByTestId('look-reason').fill('The club says that the picture is black.');
  await support.getByTestId('look-submit').click();
  const picture = support.getByTestId('look-picture');
  await picture.waitFor();
  const caption = support.locator('figcaption');
  expect([Date.now() - 60_000, Date.now()].map(formatAtClub)).toContain(
    /\d\d:\d\d/.exec(await caption.innerText())?.[0],
  );
  expect(await picture.evaluate((image: { naturalWidth: number }) => image.naturalWidth)).toBeGreaterThan(0);
  await lookAt(support, 'support-look');
  expect(await listViolations(support)).toEqual([]);

  await support.goto('/admin/audit');
  await support
    .getByTestId('audit-list')
    .getByText('The club says that the picture is black.')
    .first()
    .waitFor();
  for (const [path, list, found] of [
    ['/admin/clubs', 'club-list', CLUB.name],
    ['/admin/users', 'user-list', MEMBER.email],
    [`/club?club=${CLUB.clubId}`, 'court-list', 'Centre court'],
    [`/club/members?club=${CLUB.clubId}`, 'member-list', MEMBER.email],
    [`/club/log?club=${CLUB.clubId}`, 'club-log', 'The club says that the picture is black.'],
  ] as const) {
    await support.goto(path);
    await support.getByTestId(list).getByText(found).first().waitFor();
    const changing = support.getByRole('button', { name: /add|edit|delete|take|invite|see as/i });
    expect(await changing.count()).toBe(0);
  }
  await support.goto('/devices');
  await support.getByTestId('device-card').filter({ hasText: 'Cupboard' }).waitFor();
  await stopMatch(member);
});
