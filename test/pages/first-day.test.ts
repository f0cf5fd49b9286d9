/**
 * A club's first day: the club, its mini-PC, an administrator, a court with its camera, a member who records. And the day on
 * which support looks something up for it. Each in one language, at a desk; in the long run in all, and on a phone as well.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, expect } from 'vitest';
import type { Simulator } from '../../edge/src/simulate/simulator.ts';
import { isLongRun } from '../../edge/test/support/figures.ts';
import { startTestCourts } from '../../edge/test/support/test-courts.ts';
import { findFreePort, startProgram, type Program } from '../../scripts/system/processes.ts';
import { DESKTOP, PHONE } from '../support/browser.ts';
import { listViolations } from '../support/browser-access.ts';
import { lookAt } from '../support/browser-look.ts';
import {
  downloadMovie,
  openCourt,
  startMatch,
  stopMatch,
  waitUntilElapsed,
} from '../support/browser-match.ts';
import { findDecodingErrors } from '../support/browser-movie.ts';
import { createVisits, personOf } from '../support/browser-visits.ts';
import type { Visits } from '../support/browser-visits.ts';
import { openLab } from '../support/lab.ts';
import type { Lab } from '../support/lab.ts';
import { test } from '../support/page-test.ts';
import { loadTexts, LOCALES, type PageLocale } from '../support/page-texts.ts';

interface Journey {
  locale: PageLocale;
  screen: typeof DESKTOP;
}
/** Who and what there is from a first day on. */
interface Day {
  club: { clubId: string; name: string };
  courtId: string;
  device: string;
  manager: { email: string; name: string; password: string };
  member: { email: string; name: string; password: string };
}

const ALL: readonly Journey[] = LOCALES.flatMap((locale) =>
  [DESKTOP, PHONE].map((screen) => ({ locale, screen })),
);
const FIRST_DAYS: readonly Journey[] = isLongRun ? ALL : [{ locale: 'fr-FR', screen: DESKTOP }];
const LOOK_UPS: readonly Journey[] = isLongRun ? ALL : [{ locale: 'es-ES', screen: DESKTOP }];
const START_MS = 30_000;
/** Nowhere near the club's. */
const FAR_ZONE = 'Pacific/Auckland';
/** What changes something on an administrator's page. */
const CHANGING = ['^=add-', '=invite', '*=edit', '*=delete', '*=remove', '*=revoke']
  .map((match) => `[data-testid${match.replace('=', '="')}"]`)
  .join(', ');

const formatAtClub = (ms: number): string =>
  new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'Europe/Paris' }).format(ms);

let lab: Lab;
let visits: Visits;
let camera: Simulator;
let edge: Program | undefined;
let memoryFolder: string;
const days: Day[] = [];

test.beforeAll(async ({ browser }) => {
  [lab, camera, memoryFolder] = await Promise.all([
    openLab([]),
    startTestCourts([{ kind: 'rtsp', user: 'ref', password: 'p-ss' }]),
    mkdtemp('/dev/shm/padelvar-first-day-'),
  ]);
  visits = createVisits(browser, lab.system);
});
afterAll(async () => {
  await edge?.stop();
  await lab.close();
  await camera.close();
  await rm(memoryFolder, { recursive: true, force: true });
});
afterEach(async () => {
  expect(await visits.end()).toEqual([]);
});

const fill = (page: Page, name: string, value: string) => page.locator(`[name="${name}"]`).fill(value);

function planDay(): Day {
  const number = String(days.length + 1);
  const person = (role: string) => `${role}${number}@padelvar.example`;
  return {
    club: { clubId: `riverside${number}`, name: `Riverside Padel ${number}` },
    courtId: `centre${number}`,
    device: `Cupboard ${number}`,
    manager: { email: person('manager'), name: 'Mona Manager', password: 'a-first-day' },
    member: { email: person('member'), name: 'Mia Member', password: 'a-first-match' },
  };
}

/** One of a select's options. */
async function choose(page: Page, label: string, option: string): Promise<void> {
  await page.getByRole('dialog').getByLabel(label).first().click();
  await page.getByRole('option', { name: option }).click();
}

/** Types the page's command at the club's new mini-PC; answers once it runs. */
async function enrollMiniPc(command: string, clubId: string): Promise<Program> {
  const program = (name: string, ...args: string[]): Program =>
    startProgram({
      ...{ name, command: process.execPath, logPath: join(lab.folder, `${clubId}-${name}.log`) },
      arguments: [join(import.meta.dirname, '..', '..', 'edge', 'bin', 'padelvar-edge.js'), ...args],
      environment,
    });
  const runtimeFolder = join(memoryFolder, clubId);
  await mkdir(runtimeFolder);
  const environment = {
    ...{ PADELVAR_DATA_DIR: join(lab.folder, clubId), RUNTIME_DIRECTORY: runtimeFolder },
    PADELVAR_LAN_PORT: String(await findFreePort()),
  };
  const [, ...args] = command.split(' padelvar-edge ');
  await program('enroll', ...(args[0] ?? '').split(' ')).waitFor(/this device is (\S+)/, START_MS);
  const running = program('edge', 'run');
  await running.waitFor(/edge started/, START_MS);
  return running;
}

test.each(FIRST_DAYS)(
  'a club, its mini-PC, its administrator, a court, a member: by the evening the member has a match, $locale, $screen.viewport.width wide',
  async (visit) => {
    const text = loadTexts(visit.locale);
    const day = planDay();
    const { club, manager, member } = day;
    const admin = await visits.open(personOf(lab.system, 'SUPER_ADMIN'), { ...visit, path: '/admin/clubs' });
    await admin.getByTestId('club-list').waitFor();
    await admin.getByTestId('add-club').click();
    await fill(admin, 'club-name', club.name);
    await fill(admin, 'club-id', club.clubId);
    await admin.getByTestId('club-form').locator('button[type=submit]').click();
    await admin.getByTestId('club-list').getByText(club.name).waitFor();
    await lookAt(admin, 'first-day-clubs');

    await admin.goto('/devices');
    await admin.getByTestId('enroll').click();
    await choose(admin, text('club'), club.name);
    await fill(admin, 'device-name', day.device);
    await admin.getByTestId('enroll-submit').click();
    const command = await admin.getByTestId('enroll-command').innerText();
    await lookAt(admin, 'first-day-command');
    expect(await listViolations(admin)).toEqual([]);
    await edge?.stop();
    edge = await enrollMiniPc(command, club.clubId);
    await admin.reload();
    const card = admin.getByTestId('device-card').filter({ hasText: day.device });
    await card.getByText(text('device_online')).waitFor();
    await lookAt(admin, 'first-day-devices');

    await admin.goto('/admin/users');
    await admin.getByTestId('user-list').waitFor();
    await admin.getByTestId('add-user').click();
    await fill(admin, 'user-name', manager.name);
    await fill(admin, 'user-email', manager.email);
    await fill(admin, 'user-password', manager.password);
    await choose(admin, text('user_role'), text('role_CLUB_ADMIN'));
    await admin.getByTestId('user-form').getByLabel(club.name).check();
    await lookAt(admin, 'first-day-user');
    await admin.getByTestId('user-form').locator('button[type=submit]').click();
    await admin.getByTestId('user-list').getByText(manager.email).waitFor();

    const page = await visits.open(manager, { ...visit, path: '/club' });
    await page.getByTestId('add-court').click();
    await fill(page, 'court-name', 'Centre court');
    await fill(page, 'court-id', day.courtId);
    await fill(page, 'camera-address', camera.courts[0]?.address ?? '');
    await page.getByTestId('camera-test').click();
    await page.getByTestId('camera-picture').waitFor();
    await lookAt(page, 'first-day-court');
    await page.getByTestId('save-court').click();
    await page.locator(`[data-testid=court-card][data-court=${day.courtId}]`).waitFor();

    await page.goto('/club/members');
    await page.getByTestId('member-list').waitFor();
    await page.getByTestId('invite').click();
    await fill(page, 'invite-label', member.name);
    await page.getByTestId('invite-create').click();
    const invitation = new URL(await page.getByTestId('invite-url').innerText()).pathname;

    const phone = await visits.arrive({ locale: visit.locale });
    await phone.goto(invitation);
    await phone.getByRole('link', { name: text('register_title') }).tap();
    await fill(phone, 'name', member.name);
    await phone.getByTestId('register-email').fill(member.email);
    await phone.getByTestId('register-password').fill(member.password);
    await phone.getByTestId('register-form').locator('button[type=submit]').tap();
    await phone.getByTestId('accept').tap();
    await openCourt(phone, day.courtId, 5);
    await startMatch(phone);
    await waitUntilElapsed(phone, 3);
    await stopMatch(phone);
    expect(await findDecodingErrors(await downloadMovie(phone, lab.folder))).toBe('');

    await page.reload();
    await page.getByTestId('member-list').getByText(member.email).waitFor();
    await lookAt(page, 'first-day-members');
    days.push(day);
  },
);

test.each(LOOK_UPS)(
  'support finds the match, gives a reason for one picture of the court, and gets no more than that, $locale, $screen.viewport.width wide',
  async (visit) => {
    const day = days.at(-1) ?? planDay();
    const reason = `The club says that the picture is black. (${visit.locale})`;
    const member = await visits.open(day.member);
    const sessionId = await openCourt(member, day.courtId, 5);
    await startMatch(member);

    const support = await visits.open(personOf(lab.system, 'SUPPORT'), {
      ...{ ...visit, path: '/?tab=active' },
      timeZone: FAR_ZONE,
    });
    const card = support.locator(`[data-testid=session-card][data-session=${sessionId}]`);
    await card.waitFor();
    await lookAt(support, 'support-active');
    expect(await card.getByTestId('session-end').count()).toBe(0);
    await card.getByTestId('session-look').click();
    await support.getByTestId('look-submit').click();
    expect(await support.getByTestId('look-picture').count()).toBe(0);
    await support.getByTestId('look-reason').fill(reason);
    await support.getByTestId('look-submit').click();
    const picture = support.getByTestId('look-picture');
    await picture.waitFor();
    const caption = support.locator('figcaption');
    expect([Date.now() - 60_000, Date.now()].map(formatAtClub)).toContain(
      // In Spanish nine o'clock is 9:00.
      /\d+:\d\d/.exec(await caption.innerText())?.[0].padStart(5, '0'),
    );
    expect(await picture.evaluate((image: { naturalWidth: number }) => image.naturalWidth)).toBeGreaterThan(
      0,
    );
    await lookAt(support, 'support-look');
    expect(await listViolations(support)).toEqual([]);

    await support.goto('/admin/audit');
    await support.getByTestId('audit-list').getByText(reason).first().waitFor();
    await lookAt(support, 'support-audit');
    for (const [path, list, found] of [
      ['/admin/clubs', 'club-list', day.club.name],
      ['/admin/users', 'user-list', day.member.email],
      [`/club?club=${day.club.clubId}`, 'court-list', 'Centre court'],
      [`/club/members?club=${day.club.clubId}`, 'member-list', day.member.email],
      [`/club/log?club=${day.club.clubId}`, 'club-log', reason],
    ] as const) {
      await support.goto(path);
      await support.getByTestId(list).getByText(found).first().waitFor();
      expect(await support.locator(CHANGING).count()).toBe(0);
    }
    await support.goto('/devices');
    await support.getByTestId('device-card').filter({ hasText: day.device }).waitFor();
    await stopMatch(member);
  },
);
