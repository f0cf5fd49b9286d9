/** The forms of a club and of its people, filled in on a phone: rules, plans, cameras, settings, objections, the end of an account. */
import type { CourtSign } from '@padelvar/shared/players-api';
import type { Club, Court } from '@padelvar/shared/portal-api';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openSession, startRecording, stopAndWait } from '../scripts/system/match.ts';
import { DESKTOP, openBrowser } from './support/browser.ts';
import { listViolations } from './support/browser-access.ts';
import { lookAt } from './support/browser-look.ts';
import { createVisits, type Person, type Visits } from './support/browser-visits.ts';
import { openLab, type Lab } from './support/lab.ts';

const LEAVER = { email: 'leaver@padelvar.example', name: 'Lea Leaver', password: 'a-last-match' };

let lab: Lab;
let browser: Browser;
let visits: Visits;

beforeAll(async () => {
  lab = await openLab([{ kind: 'rtsp', user: 'ref', password: 'p-ss' }]);
  browser = await openBrowser();
  visits = createVisits(browser, lab.system);
  const { admin, clubId } = lab.system;
  await admin.request('POST', '/admin/users', { ...LEAVER, role: 'PLAYER', clubIds: [clubId] });
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
const clubNow = async (): Promise<Club | undefined> => {
  const { items } = await lab.system.admin.request<{ items: Club[] }>('GET', '/clubs');
  return items.find(({ clubId }) => clubId === lab.system.clubId);
};
/** Of a field by its name, as a thumb fills it. */
const fill = (page: Page, name: string, value: string) => page.locator(`[name="${name}"]`).fill(value);
/** Switches lie under a picture of themselves. */
const turn = (page: Page, testid: string) => page.getByTestId(testid).setChecked(true, { force: true });

test('a club sets its rules, and a wrong length is told at its field before anything is sent', async () => {
  const page = await visits.open(personOf('CLUB_ADMIN'), { path: '/club/rules' });
  await page.getByTestId('rules-form').waitFor();
  await fill(page, 'default-minutes', '60');
  await fill(page, 'max-minutes', '45');
  await page.getByTestId('save-rules').tap();
  await page.getByText('This is more than the longest length.').waitFor();
  await fill(page, 'max-minutes', '75');
  await turn(page, 'guests-allowed');
  await turn(page, 'anybody-may-join');
  await page.getByTestId('save-rules').tap();
  await page.getByText('Saved').waitFor();
  expect(await clubNow()).toMatchObject({
    ...{ defaultMinutes: 60, maxMinutes: 75, guestsAllowed: true, anybodyMayJoin: true },
  });
  await lookAt(page, 'rules');
  const { url } = await lab.system.admin.request<CourtSign>('GET', '/courts/court1/code');
  await page.goto(new URL(url).pathname);
  await page.getByTestId('start-now').getByText('1 h').waitFor();
});

test('a club plans a weekly recording and gives it up', async () => {
  const page = await visits.open(personOf('CLUB_ADMIN'), { path: '/club/schedules' });
  await page.getByTestId('add-schedule').tap();
  await page.getByTestId('schedule-form').waitFor();
  await fill(page, 'schedule-label', 'League');
  await page.locator('input[type=checkbox][value=tue]').check();
  await fill(page, 'first-date', '2099-06-01');
  await fill(page, 'time', '20:30');
  await fill(page, 'minutes', '60');
  await lookAt(page, 'schedule-form');
  await page.getByTestId('save-schedule').tap();
  const card = page.getByTestId('schedule-card');
  await card.getByText('League').waitFor();
  await lookAt(page, 'schedules');
  await card.getByTestId('delete-schedule').tap();
  await page.getByTestId('confirm-yes').tap();
  await card.waitFor({ state: 'detached' });
});

test('a camera is looked through before it is saved, and what is wrong with it is said', async () => {
  const page = await visits.open(personOf('CLUB_ADMIN'), {
    path: '/club',
    expected: /camera-test|422/,
    locale: 'fr-FR',
  });
  await page.getByTestId('edit-court').tap();
  await page.getByTestId('camera-test').tap();
  const picture = page.getByTestId('camera-picture');
  await picture.waitFor();
  expect(await picture.evaluate((image: { naturalWidth: number }) => image.naturalWidth)).toBe(640);
  await picture.scrollIntoViewIfNeeded();
  await lookAt(page, 'camera-test');
  expect(await listViolations(page)).toEqual([]);
  const { address } = lab.court(0);
  await fill(page, 'camera-address', address.replace('p-ss', 'wrong'));
  await picture.waitFor({ state: 'detached' });
  await page.getByTestId('camera-test').tap();
  await page.getByText('La caméra refuse le mot de passe.').waitFor();
  await fill(page, 'camera-address', 'rtsp://127.0.0.1:1/nothing');
  await page.getByTestId('camera-test').tap();
  await page.getByText('La caméra ne répond pas.').waitFor();
  await lookAt(page, 'camera-test-trouble');
  const { items } = await lab.system.admin.request<{ items: Court[] }>('GET', '/courts');
  expect(items[0]).toMatchObject({ courtId: 'court1', hasCamera: true });
});

test('a super administrator closes registration, says whom to ask, and both show at once', async () => {
  const page = await visits.open(personOf('SUPER_ADMIN'), { path: '/admin/settings', locale: 'es-ES' });
  const open = page.getByTestId('registration-open');
  await open.setChecked(false, { force: true });
  await fill(page, 'legal-contact', 'Club Padel, 1 rue du Padel, Lyon');
  await page.getByTestId('save-settings').tap();
  await page.getByText('Guardado').waitFor();
  await lookAt(page, 'settings');
  const stranger = await visits.arrive();
  await stranger.goto('/register');
  await stranger.getByText('Accounts by invitation only').waitFor();
  await page.goto('/account/privacy');
  await page.getByTestId('legal-contact').getByText('1 rue du Padel').waitFor();
});

test('somebody in a video has it hidden at the court’s page, the club decides, and the owner leaves with it', async () => {
  const { admin } = lab.system;
  const player = await lab.system.login('PLAYER');
  await admin.request('PATCH', '/admin/settings', { registrationOpen: true });
  const { sessionId } = await openSession(player, 'court1');
  await startRecording(player, sessionId, 60);
  await stopAndWait(player, sessionId);
  const { url } = await admin.request<CourtSign>('GET', '/courts/court1/code');

  const page = await visits.arrive({ locale: 'fr-FR' });
  await page.goto(new URL(url).pathname);
  await page.getByTestId('object').tap();
  await page.getByTestId('objection-form').waitFor();
  await page.getByTestId('objection-send').tap();
  await page.getByTestId('objection-when').waitFor();
  const now = new Date().toLocaleTimeString('en-GB', { timeZone: (await clubNow())?.timeZone ?? 'UTC' });
  await fill(page, 'objection-time', now.slice(0, 5));
  await fill(page, 'objection-message', 'Je porte le maillot rouge.');
  await lookAt(page, 'objection');
  await page.getByTestId('objection-send').tap();
  await page.getByTestId('objection-sent').waitFor();
  await lookAt(page, 'objection-sent');

  const owner = await visits.open(personOf('PLAYER'), { path: `/videos/${sessionId}` });
  await owner.getByTestId('hidden-video').waitFor();
  expect(await owner.getByTestId('video').count()).toBe(0);
  await lookAt(owner, 'video-hidden');

  const club = await visits.open(personOf('CLUB_ADMIN'), { path: '/club/objections', locale: 'es-ES' });
  await club.getByText('Je porte le maillot rouge.').waitFor();
  await lookAt(club, 'objections');
  expect(await listViolations(club)).toEqual([]);
  await club.getByTestId('objection-keep').tap();
  await club.locator('[data-testid=objection][data-state=kept]').waitFor();
  await owner.reload();
  await owner.getByTestId('video').waitFor();

  const desk = await visits.open(personOf('CLUB_ADMIN'), {
    ...{ path: `/videos/${sessionId}`, screen: DESKTOP, locale: 'es-ES' },
  });
  await desk.getByTestId('disclose').click();
  await desk.locator('[name=authority]').fill('Policía de Lyon, capitán Durand');
  await desk.locator('[name=disclose-reason]').fill('Orden 2026-118 de la fiscalía');
  await lookAt(desk, 'disclose');
  const saved = desk.waitForEvent('download');
  await desk.getByTestId('disclose-send').click();
  expect((await saved).suggestedFilename()).toBe(`${sessionId}.json`);
});

test('a player takes their data along and deletes their account', async () => {
  const page = await visits.open(LEAVER, { path: '/account/privacy', locale: 'fr-FR' });
  await page.getByTestId('own-data').waitFor();
  const saved = page.waitForEvent('download');
  await page.getByTestId('own-data').tap();
  expect((await saved).suggestedFilename()).toMatch(/^padelvar-.*\.json$/);
  await page.getByTestId('leave').tap();
  await page.getByText('Ce n’est pas l’e-mail de ce compte.').waitFor();
  await fill(page, 'leave-email', LEAVER.email);
  await lookAt(page, 'privacy');
  await page.getByTestId('leave').tap();
  await page.getByTestId('confirm-yes').tap();
  await page.getByTestId('left').waitFor();
  await lookAt(page, 'privacy-left');
  expect(await listViolations(page)).toEqual([]);
  const login = await fetch(`${lab.system.origin}/api/auth/login`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
    body: JSON.stringify({ email: LEAVER.email, password: LEAVER.password }),
  });
  expect(login.status).toBe(401);
});
