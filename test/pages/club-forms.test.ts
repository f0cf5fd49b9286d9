/** The forms of a club and of its people, filled in on a phone: rules, plans, cameras, settings, objections, the end of an account. */
import type { StorageUse } from '@padelvar/shared/club-api';
import type { Club, Device } from '@padelvar/shared/portal-api';
import { WEEKDAYS } from '@padelvar/shared/weekdays';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { createPng } from '../../cloud/test/support/logo.ts';
import { linkIn } from '../../cloud/test/support/mailbox.ts';
import { isLongRun } from '../../edge/test/support/figures.ts';
import { openSession, startRecording, stopAndWait } from '../../scripts/system/match.ts';
import { DESKTOP } from '../support/browser.ts';
import { listViolations } from '../support/browser-access.ts';
import { lookAt } from '../support/browser-look.ts';
import { personOf } from '../support/browser-visits.ts';
import type { Lab } from '../support/lab.ts';
import { test } from '../support/page-test.ts';
import { loadTexts } from '../support/page-texts.ts';

const DAY_MS = 24 * 60 * 60_000;
const STRANGER = { email: 'stranger@padelvar.example', name: 'Sam Stranger', password: 'no-club-yet' };
const REMOVED = { email: 'removed@padelvar.example', name: 'Remo Removed', password: 'not-for-long' };
const LEAVER = { email: 'leaver@padelvar.example', name: 'Lea Leaver', password: 'a-last-match' };

test.beforeAll(async ({ lab }) => {
  const { admin, clubId } = lab.system;
  for (const member of [LEAVER, REMOVED])
    await admin.createUser({ ...member, role: 'PLAYER', clubIds: [clubId] });
  await admin.createUser({ ...STRANGER, role: 'PLAYER', clubIds: [] });
});

const findClub = async ({ system }: Lab): Promise<Club | undefined> => {
  const { items } = await system.admin.clubs();
  return items.find(({ clubId }) => clubId === system.clubId);
};
/** The time on the club's wall, as a person types it. */
async function readClock(lab: Lab): Promise<string> {
  const timeZone = (await findClub(lab))?.timeZone ?? 'UTC';
  return new Date().toLocaleTimeString('en-GB', { timeZone }).slice(0, 5);
}
/** Of a field by its name, as a thumb fills it. */
const fill = (page: Page, name: string, value: string) => page.locator(`[name="${name}"]`).fill(value);
const turn = (page: Page, testid: string) => page.getByTestId(testid).setChecked(true);
/** One of a select's options, by how it begins or by all that it says. */
async function choose(page: Page, testid: string, option: string | RegExp): Promise<void> {
  await page.getByTestId(testid).tap();
  await page.getByRole('option', { name: option, exact: true }).tap();
}
const editCourt = (page: Page) =>
  page.locator('[data-testid=court-card][data-court=court1]').getByTestId('edit-court').tap();
/** The court's page, as its sign says. */
const doorOf = async ({ system }: Lab): Promise<string> =>
  new URL((await system.admin.getSign('court1')).url).pathname;

test('a club sets its rules, and a wrong length is told at its field before anything is sent', async ({
  lab,
  visits,
}) => {
  const page = await visits.open(personOf(lab.system, 'CLUB_ADMIN'), { path: '/club/rules' });
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
  expect(await findClub(lab)).toMatchObject({
    ...{ defaultMinutes: 60, maxMinutes: 75, guestsAllowed: true, anybodyMayJoin: true },
  });
  await lookAt(page, 'rules');
  const { url } = await lab.system.admin.getSign('court1');
  await page.goto(new URL(url).pathname);
  await page.getByTestId('start-now').getByText('1 h').waitFor();
});

if (isLongRun)
  test('a club says when guests may record, whom the next group meets and how long videos stay, and its door says why not', async ({
    lab,
    visits,
  }) => {
    const text = loadTexts('es-ES');
    const { admin, clubId } = lab.system;
    const before = await admin.updateClub(clubId, { retentionDays: 90 });
    const page = await visits.open(personOf(lab.system, 'CLUB_ADMIN'), { path: '/account', locale: 'es-ES' });
    // As of a club that has recorded one match a day.
    await page.route('**/api/clubs/*/storage', async (route) => {
      const use = (await (await route.fetch()).json()) as StorageUse;
      await route.fulfill({ json: { ...use, bytesPerVideo: 2e9, videosPerDay: 1 } });
    });
    await page.goto('/club/rules');
    await page.getByTestId('rules-form').waitFor();
    await turn(page, 'guests-allowed');
    await choose(page, 'next-group-rule', text('rules_next_group_replace'));
    await fill(page, 'idle-minutes', '7');
    await lookAt(page, 'rules-next-group');
    const inThreeDays = Date.now() + 3 * DAY_MS;
    const nameDay = (locale: string, weekday: 'short' | 'long'): string =>
      new Intl.DateTimeFormat(locale, { weekday, timeZone: before.timeZone }).format(inThreeDays);
    const opens = nameDay('en-GB', 'short').toLowerCase();
    const dayOf = (day: string) => page.locator(`[data-testid=opening-day][data-day=${day}]`);
    await page.getByTestId('always-open').setChecked(false);
    for (const day of WEEKDAYS) if (day !== opens) await dayOf(day).getByRole('checkbox').uncheck();
    await dayOf(opens).locator('[type=time]').first().fill('09:30');
    await dayOf('mon').scrollIntoViewIfNeeded();
    await lookAt(page, 'rules-hours');

    const cost = page.getByTestId('keeping-cost');
    await choose(page, 'retention', text('rules_keep_ever'));
    await cost.getByText(text('rules_keep_ever_cost', { size: '2 GB' })).waitFor();
    await choose(page, 'retention', /^365 /);
    await cost.getByText('730 GB').waitFor();
    expect(await page.getByText(text('rules_keep_shorter')).count()).toBe(0);
    await choose(page, 'retention', /^7 /);
    await cost.getByText('14 GB').waitFor();
    await page.getByText(text('rules_keep_shorter')).waitFor();
    await lookAt(page, 'rules-keeping');
    expect(await listViolations(page)).toEqual([]);
    expect(await findClub(lab)).toEqual(before);
    await page.getByTestId('save-rules').tap();
    await page.getByText(text('saved')).waitFor();
    const closed = Object.fromEntries(WEEKDAYS.map((day) => [day, null]));
    expect(await findClub(lab)).toMatchObject({
      ...{ nextGroup: 'replace', nextGroupIdleMinutes: 7, retentionDays: 7 },
      openingHours: { ...closed, [opens]: { opens: '09:30', closes: '23:00' } },
    });

    const door = await doorOf(lab);
    const guest = await visits.arrive({ locale: 'es-ES' });
    const hindrance = guest.getByTestId('hindrance');
    await guest.goto(door);
    const day = nameDay('es', 'long');
    await hindrance.getByText(text('hindrance_closed_until', { day, time: '09:30' })).waitFor();
    expect(await guest.getByTestId('start-now').count()).toBe(0);
    await lookAt(guest, 'court-closed');
    await page.getByTestId('guests-allowed').setChecked(false);
    await page.getByTestId('save-rules').tap();
    await hindrance.getByText(text('hindrance_login')).waitFor();
    const stranger = await visits.openAt(STRANGER, door, { locale: 'es-ES' });
    await stranger.getByTestId('hindrance').getByText(text('hindrance_members')).waitFor();
    await lookAt(stranger, 'court-members');
    const member = await visits.openAt(REMOVED, door);
    await member.getByTestId('start-now').waitFor();
    const { nextGroup, guestsAllowed } = before;
    await admin.updateClub(clubId, { openingHours: null, retentionDays: null, nextGroup, guestsAllowed });
  });

if (isLongRun)
  test('a club takes an invitation back and removes a member, and both stay outside', async ({
    lab,
    visits,
  }) => {
    const { admin, clubId } = lab.system;
    const { url } = await admin.invite(clubId, { label: 'Nuria Nueva' });
    const page = await visits.open(personOf(lab.system, 'CLUB_ADMIN'), {
      path: '/club/members',
      locale: 'es-ES',
    });
    const invitation = page.getByTestId('invitation-list').locator('li').filter({ hasText: 'Nuria Nueva' });
    await invitation.waitFor();
    await lookAt(page, 'members');
    expect(await listViolations(page)).toEqual([]);
    await invitation.getByTestId('revoke-invitation').tap();
    await invitation.waitFor({ state: 'detached' });
    const invited = await visits.arrive({ locale: 'es-ES', expected: /invitations\// });
    await invited.goto(new URL(url).pathname);
    await invited.getByText(loadTexts('es-ES')('invited_over_title')).waitFor();

    const member = page.getByTestId('member-list').locator('li').filter({ hasText: REMOVED.email });
    await member.getByTestId('remove-member').tap();
    await page.getByTestId('confirm-yes').waitFor();
    await lookAt(page, 'member-remove');
    await page.getByTestId('confirm-yes').tap();
    await member.waitFor({ state: 'detached' });
    await admin.updateClub(clubId, { guestsAllowed: false });
    const removed = await visits.openAt(REMOVED, await doorOf(lab));
    await removed.getByTestId('hindrance').waitFor();
    await admin.updateClub(clubId, { guestsAllowed: true });
  });

if (isLongRun)
  test('a club limits what uploads take of its line, and sees where the limit is lifted for a match', async ({
    lab,
    visits,
  }) => {
    const page = await visits.open(personOf(lab.system, 'CLUB_ADMIN'), { path: '/club/rules' });
    const card = page.getByTestId('device-rules');
    await card.waitFor();
    await fill(page, 'uplink-ceiling', 'fast');
    await fill(page, 'keep-uploaded', '-1');
    await card.getByTestId('save-device-rules').tap();
    await card.getByText('Type a number from 0.064 to 10000, or nothing.').waitFor();
    await card.getByText('Type whole hours from 0 to 8760, or nothing.').waitFor();
    await fill(page, 'uplink-ceiling', '0.064');
    await fill(page, 'keep-uploaded', '72');
    await card.getByTestId('save-device-rules').tap();
    await page.getByText('Saved').waitFor();
    const deviceNow = async (): Promise<Device | undefined> => (await lab.system.admin.devices()).items[0];
    expect((await deviceNow())?.settings).toEqual({ uplinkKbitPerSecond: 64, keepUploadedHours: 72 });
    await card.getByTestId('line-state').getByText('0.064 Mbit/s').waitFor();
    await lookAt(page, 'rules-line');

    const player = await lab.system.login('PLAYER');
    const { sessionId } = await openSession(player, 'court1');
    await startRecording(player, sessionId, 60);
    const desk = await visits.open(personOf(lab.system, 'SUPER_ADMIN'), {
      screen: DESKTOP,
      path: '/devices',
    });
    const line = desk.getByTestId('line-state');
    await expect.poll(() => line.getAttribute('data-lifted'), { timeout: 90_000 }).toBe('true');
    await line.getByText(/Limit lifted to .* Mbit\/s/).waitFor();
    await lookAt(desk, 'device-line-lifted');
    await desk.getByTestId('device-settings').click();
    await desk
      .getByTestId('device-rules')
      .getByText(/Limit lifted to/)
      .waitFor();

    await fill(page, 'uplink-ceiling', '');
    await card.getByTestId('save-device-rules').tap();
    await expect.poll(async () => (await deviceNow())?.settings.uplinkKbitPerSecond).toBeNull();
    await stopAndWait(player, sessionId);
    await desk.goto('/devices');
    await expect
      .poll(() => desk.getByTestId('line-state').getAttribute('data-lifted'), { timeout: 90_000 })
      .toBe('false');
  });

if (isLongRun)
  test('a club names itself and sets the clock on its wall, and every page follows', async ({
    lab,
    visits,
  }) => {
    const page = await visits.open(personOf(lab.system, 'CLUB_ADMIN'), {
      path: '/club/rules',
      locale: 'fr-FR',
    });
    await page.getByTestId('rules-form').waitFor();
    const before = await findClub(lab);
    await fill(page, 'club-name', ' ');
    await page.getByTestId('save-rules').tap();
    await page.locator('[name=club-name][aria-invalid=true]').waitFor();
    await fill(page, 'club-name', 'Pádel Las Palmas');
    await page.getByTestId('time-zone').tap();
    await page.getByRole('option', { name: 'Atlantic/Canary' }).tap();
    await page.getByTestId('save-rules').tap();
    await page.getByText('Enregistré').waitFor();
    expect(await findClub(lab)).toEqual({ ...before, name: 'Pádel Las Palmas', timeZone: 'Atlantic/Canary' });
    await lookAt(page, 'club-name');
    expect(await listViolations(page)).toEqual([]);
    const { admin, clubId } = lab.system;
    await admin.updateClub(clubId, { name: before?.name, timeZone: before?.timeZone });
  });

if (isLongRun)
  test('a club chooses a colour and a logo, sees both before they are saved, and takes the logo away', async ({
    lab,
    visits,
  }) => {
    const page = await visits.open(personOf(lab.system, 'CLUB_ADMIN'), { path: '/club/rules' });
    await page.getByTestId('rules-form').waitFor();
    await turn(page, 'own-colour');
    await fill(page, 'brand-color', '#0e6b3d');
    const choose = (name: string, buffer: Buffer) =>
      page.locator('[name="logo"]').setInputFiles({ name, mimeType: 'image/png', buffer });
    await choose('logo.png', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'));
    await page.getByTestId('logo-error').getByText('SVG').waitFor();
    await choose('wide.png', createPng(2049, 1, [0, 0, 0, 255]));
    await page.getByTestId('logo-error').getByText('2048 pixels').waitFor();
    await choose('logo.png', createPng(120, 40, [255, 255, 255, 128]));
    const preview = page.getByTestId('look-preview').getByTestId('club-logo').locator('img');
    await preview.waitFor();
    expect(await preview.evaluate((image: { naturalWidth: number }) => image.naturalWidth)).toBe(120);
    await lookAt(page, 'rules-look');
    expect(await listViolations(page)).toEqual([]);
    expect((await findClub(lab))?.logo).toBeNull();
    await page.getByTestId('save-rules').tap();
    await page.getByText('Saved').waitFor();
    const club = await findClub(lab);
    expect(club).toMatchObject({ brandColor: '#0e6b3d', logo: { width: 120, height: 40 } });
    const band = page.getByTestId('brand').first();
    expect(await band.getByTestId('club-logo').locator('img').getAttribute('src')).toBe(club?.logo?.url);
    const ground = `getComputedStyle(document.querySelector('[data-testid="brand"]')).backgroundColor`;
    expect(await page.evaluate<string>(ground)).toBe('rgb(14, 107, 61)');

    const { url } = await lab.system.admin.getSign('court1');
    const player = await visits.arrive();
    await player.goto(new URL(url).pathname);
    const shown = player.getByTestId('brand').locator('img');
    await expect
      .poll(() => shown.evaluate((image: { naturalWidth: number }) => image.naturalWidth))
      .toBe(120);

    await page.getByTestId('remove-logo').tap();
    await preview.waitFor({ state: 'detached' });
    await page.getByTestId('save-rules').tap();
    await expect.poll(async () => (await findClub(lab))?.logo).toBeNull();
  });

if (isLongRun)
  test('a club plans a weekly recording and gives it up', async ({ lab, visits }) => {
    const page = await visits.open(personOf(lab.system, 'CLUB_ADMIN'), { path: '/club/schedules' });
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

if (isLongRun)
  test('a club’s only mini-PC is chosen for a new court, though the list of them comes when its form is open', async ({
    lab,
    visits,
  }) => {
    const page = await visits.open(personOf(lab.system, 'CLUB_ADMIN'), { path: '/account' });
    const isOpen = Promise.withResolvers<undefined>();
    await page.route('**/api/admin/devices?*', async (route) => {
      await isOpen.promise;
      await route.continue();
    });
    await page.goto('/club');
    await page.getByTestId('add-court').tap();
    await fill(page, 'court-id', 'court9');
    await fill(page, 'camera-address', lab.court(0).address);
    isOpen.resolve(undefined);
    await page.getByTestId('camera-test').waitFor();
  });

test('a camera is looked through before it is saved, and what is wrong with it is said', async ({
  lab,
  visits,
}) => {
  const page = await visits.open(personOf(lab.system, 'CLUB_ADMIN'), {
    path: '/club',
    expected: /camera-test|422/,
    locale: 'fr-FR',
  });
  await editCourt(page);
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
  const { items } = await lab.system.admin.courts();
  expect(items[0]).toMatchObject({ courtId: 'court1', hasCamera: true });
});

if (isLongRun)
  test('a court’s live picture is asked for almost at once by a switch, which says what it costs; sound’s names the law', async ({
    lab,
    visits,
  }) => {
    const page = await visits.open(personOf(lab.system, 'CLUB_ADMIN'), { path: '/club', locale: 'es-ES' });
    await editCourt(page);
    const lowDelay = page.getByTestId('court-low-delay');
    expect(await lowDelay.isChecked()).toBe(false);
    await page.getByText('Imagen en directo casi al instante').scrollIntoViewIfNeeded();
    await lowDelay.tap();
    const law = page.getByText(loadTexts('es-ES')('court_audio_law'));
    expect(await law.count()).toBe(0);
    await page.getByTestId('court-audio').tap();
    await law.scrollIntoViewIfNeeded();
    await lookAt(page, 'court-low-delay');
    expect(await listViolations(page)).toEqual([]);
    await page.getByTestId('save-court').tap();
    const courtNow = async (): Promise<unknown> => (await lab.system.admin.courts()).items[0];
    await expect.poll(courtNow).toMatchObject({ lowDelay: true, audio: true });
    await editCourt(page);
    await expect.poll(() => lowDelay.isChecked()).toBe(true);
    await lab.system.admin.updateCourt('court1', { audio: false });
  });

if (isLongRun)
  test('the club sees who records on its courts and for how long without loading the page again, and who looked', async ({
    lab,
    visits,
  }) => {
    const page = await visits.open(personOf(lab.system, 'CLUB_ADMIN'), { path: '/club' });
    const card = page.locator('[data-testid=court-card][data-court=court1]');
    await card.waitFor();
    const session = card.getByTestId('court-session');
    expect(await session.count()).toBe(0);
    const player = await lab.system.login('PLAYER');
    const { sessionId, ownerName } = await openSession(player, 'court1');
    await session.waitFor();
    expect(await session.getAttribute('data-session')).toBe(sessionId);
    await startRecording(player, sessionId, 60);
    const time = session.getByTestId('session-time');
    await time.getByText('of 1:00:00').waitFor();
    await session.getByText(ownerName).waitFor();
    const shown = await time.innerText();
    await expect.poll(() => time.innerText()).not.toBe(shown);
    await lookAt(page, 'courts-live');
    expect(await listViolations(page)).toEqual([]);
    const support = await visits.open(personOf(lab.system, 'SUPPORT'), { path: '/devices' });
    const look = `/api/preview/${sessionId}/snapshot.jpg?reason=the+picture+is+dark`;
    expect((await support.request.get(look)).status()).toBe(200);
    await stopAndWait(player, sessionId);
    await session.waitFor({ state: 'detached' });
    await page.goto('/club/log');
    await page.getByTestId('club-log-entry').getByText('Reason: the picture is dark').waitFor();
    await lookAt(page, 'club-log');
    expect(await listViolations(page)).toEqual([]);
  });

if (isLongRun)
  test('the court’s picture is black or frozen, and player and club know before the match [Trace help]', async ({
    lab,
    visits,
  }) => {
    await lab.court(0).setFault({ fault: 'black' });
    const player = await lab.system.login('PLAYER');
    const { sessionId } = await openSession(player, 'court1');
    const page = await visits.open(personOf(lab.system, 'PLAYER'), {
      path: `/?tab=record&session=${sessionId}`,
    });
    const club = await visits.open(personOf(lab.system, 'CLUB_ADMIN'), { path: '/club', locale: 'es-ES' });
    const black = '[data-testid=picture-trouble][data-picture=black]';
    // Two looks, 15 s apart.
    await page.locator(black).waitFor({ timeout: 40_000 });
    await club.locator(black).getByText('La imagen está negra.').waitFor();
    await lookAt(page, 'picture-black');
    await lookAt(club, 'picture-black-club');
    expect(await listViolations(page)).toEqual([]);
    expect(await listViolations(club)).toEqual([]);
    await startRecording(player, sessionId, 60);
    await page.getByTestId('stop').waitFor();
    expect(await page.locator(black).count()).toBe(1);
    await lab.court(0).setFault({ fault: 'none' });
    await page.locator(black).waitFor({ state: 'detached', timeout: 40_000 });
    await stopAndWait(player, sessionId);
  });

if (isLongRun)
  test('courts, clubs and mini-PCs are taken away by their pages, which say why where the portal refuses', async ({
    lab,
    visits,
  }) => {
    const { admin, clubId } = lab.system;
    await admin.createCourt(clubId, { courtId: 'spare', name: 'Spare' });
    await admin.createClub({ clubId: 'empty', name: 'Empty club', timeZone: 'Europe/Paris' });
    const player = await lab.system.login('PLAYER');
    const { sessionId } = await openSession(player, 'court1');
    const club = await visits.open(personOf(lab.system, 'CLUB_ADMIN'), {
      ...{ path: '/club', screen: DESKTOP, expected: /courts\/court1|409/ },
    });
    const court = (courtId: string) => club.locator(`[data-testid=court-card][data-court=${courtId}]`);
    await court('court1').getByTestId('delete-court').click();
    await club.getByTestId('confirm-yes').click();
    await club.getByText('Somebody else is using this court’s camera.').waitFor();
    await court('spare').getByTestId('delete-court').click();
    await club.getByText('“spare”').waitFor();
    await lookAt(club, 'court-delete');
    await club.getByTestId('confirm-no').click();
    expect(await court('spare').count()).toBe(1);
    await court('spare').getByTestId('delete-court').click();
    await club.getByTestId('confirm-yes').click();
    await court('spare').waitFor({ state: 'detached' });
    await player.closeSession(sessionId);

    const page = await visits.open(personOf(lab.system, 'SUPER_ADMIN'), {
      ...{ path: '/admin/clubs', screen: DESKTOP, expected: /clubs\/|409/ },
    });
    const row = (id: string) => page.locator(`[data-testid=club-row][data-club=${id}]`);
    await row(clubId).getByTestId('delete-club').click();
    await page.getByTestId('confirm-yes').click();
    await page.getByText('take away its mini-PCs, videos and kept clips first').waitFor();
    await row('empty').getByTestId('delete-club').click();
    await page.getByTestId('confirm-yes').click();
    await row('empty').waitFor({ state: 'detached' });

    await page.goto('/devices');
    await page.getByTestId('remove-device').click();
    await page.getByText('It is cut off at once.').waitFor();
    await lookAt(page, 'device-delete');
    expect(await listViolations(page)).toEqual([]);
    await page.getByTestId('confirm-no').click();
    const helper = await visits.open(personOf(lab.system, 'SUPPORT'), { path: '/devices' });
    await helper.getByTestId('device-card').waitFor();
    expect(await helper.getByTestId('remove-device').count()).toBe(0);
  });

if (isLongRun)
  test('a super administrator renames a club, moves somebody to it with another role, and sees that all parts work', async ({
    lab,
    visits,
  }) => {
    const { admin } = lab.system;
    const text = loadTexts('fr-FR');
    await admin.createClub({ clubId: 'second', name: 'Second club', timeZone: 'Europe/Paris' });
    const page = await visits.open(personOf(lab.system, 'SUPER_ADMIN'), {
      ...{ path: '/admin/clubs', locale: 'fr-FR' },
    });
    await page.locator('[data-club=second]').getByTestId('edit-club').tap();
    await page.getByTestId('club-form').waitFor();
    await fill(page, 'club-name', 'Pádel Las Palmas');
    await choose(page, 'time-zone', 'Atlantic/Canary');
    await lookAt(page, 'admin-club');
    await page.getByTestId('club-form').locator('button[type=submit]').tap();
    await page.locator('[data-club=second]').getByText('Atlantic/Canary').waitFor();
    await page.locator('[data-club=second]').getByText('Pádel Las Palmas').waitFor();

    await page.goto('/admin/users');
    const row = page.getByTestId('user-list').locator('li').filter({ hasText: STRANGER.email });
    await row.getByTestId('edit-user').tap();
    const form = page.getByTestId('user-form');
    await form.getByRole('checkbox', { name: 'Pádel Las Palmas' }).check();
    await form.locator('[aria-haspopup=listbox]').tap();
    await page.getByRole('option', { name: text('role_CLUB_ADMIN') }).tap();
    await lookAt(page, 'admin-user');
    await form.locator('button[type=submit]').tap();
    await row.getByText('Pádel Las Palmas').waitFor();
    await row.getByText(text('role_CLUB_ADMIN')).waitFor();
    const { items } = await admin.users({ limit: 100 });
    const moved = items.find(({ email }) => email === STRANGER.email);
    expect(moved).toMatchObject({ role: 'CLUB_ADMIN', clubIds: ['second'], name: STRANGER.name });
    const theirs = await visits.open(STRANGER, { path: '/club', locale: 'fr-FR' });
    await theirs.getByTestId('add-court').waitFor();

    await page.goto('/admin/system');
    const parts = page.getByTestId('system-parts').locator('li');
    await parts.first().waitFor();
    expect(await parts.filter({ hasText: text('system_works') }).count()).toBe(3);
    const online = page
      .getByTestId('system-tiles')
      .locator('div')
      .filter({ hasText: text('system_online') });
    expect(await online.locator('dd').innerText()).toBe('1');
    expect(await page.getByTestId('system-storage').count()).toBe(0);
    await lookAt(page, 'admin-system');
  });

if (isLongRun)
  test('a super administrator closes registration, says whom to ask, and both show at once', async ({
    lab,
    visits,
  }) => {
    const page = await visits.open(personOf(lab.system, 'SUPER_ADMIN'), {
      path: '/admin/settings',
      locale: 'es-ES',
    });
    const open = page.getByTestId('registration-open');
    await open.setChecked(false);
    await choose(page, 'default-retention', /^14 /);
    await choose(page, 'default-language', 'Français');
    await fill(page, 'legal-contact', 'Club Padel, 1 rue du Padel, Lyon');
    await page.getByTestId('save-settings').tap();
    await page.getByText('Guardado').waitFor();
    await lookAt(page, 'settings');
    expect(await lab.system.admin.settings()).toMatchObject({
      ...{ registrationOpen: false, defaultRetentionDays: 14, defaultLanguage: 'fr' },
    });
    const stranger = await visits.arrive();
    await stranger.goto('/register');
    await stranger.getByText('Accounts by invitation only').waitFor();
    await page.goto('/account/privacy');
    await page.getByTestId('legal-contact').getByText('1 rue du Padel').waitFor();
  });

test('somebody in a video has it hidden at the court’s page, and the club decides that it stays', async ({
  lab,
  visits,
}) => {
  const { admin } = lab.system;
  const player = await lab.system.login('PLAYER');
  await admin.changeSettings({ registrationOpen: true });
  const { sessionId } = await openSession(player, 'court1');
  await startRecording(player, sessionId, 60);
  await stopAndWait(player, sessionId);
  const page = await visits.arrive({ locale: 'fr-FR' });
  await page.goto(await doorOf(lab));
  await page.getByTestId('object').tap();
  await page.getByTestId('objection-form').waitFor();
  await page.getByTestId('objection-send').tap();
  await page.getByTestId('objection-when').waitFor();
  await fill(page, 'objection-time', await readClock(lab));
  await fill(page, 'objection-message', 'Je porte le maillot rouge.');
  await lookAt(page, 'objection');
  await page.getByTestId('objection-send').tap();
  await page.getByTestId('objection-sent').waitFor();
  await lookAt(page, 'objection-sent');

  const owner = await visits.open(personOf(lab.system, 'PLAYER'), { path: `/videos/${sessionId}` });
  await owner.getByTestId('hidden-video').waitFor();
  expect(await owner.getByTestId('video').count()).toBe(0);
  await lookAt(owner, 'video-hidden');

  const club = await visits.open(personOf(lab.system, 'CLUB_ADMIN'), {
    path: '/club/objections',
    locale: 'es-ES',
  });
  await club.getByText('Je porte le maillot rouge.').waitFor();
  await lookAt(club, 'objections');
  expect(await listViolations(club)).toEqual([]);
  await club.getByTestId('objection-keep').tap();
  await club.locator('[data-testid=objection][data-state=kept]').waitFor();
  await owner.reload();
  await owner.getByTestId('video').waitFor();
});

if (isLongRun)
  test('a club hands a match to the authorities and to another player, and deletes it where somebody in it objects', async ({
    lab,
    mailbox,
    visits,
  }) => {
    const player = await lab.system.login('PLAYER');
    const { sessionId } = await openSession(player, 'court1');
    await startRecording(player, sessionId, 60);
    await stopAndWait(player, sessionId);
    const desk = await visits.open(personOf(lab.system, 'CLUB_ADMIN'), {
      ...{ path: `/videos/${sessionId}`, screen: DESKTOP, locale: 'es-ES', expected: /owner|40[09]/ },
    });
    await desk.getByTestId('disclose').click();
    await desk.locator('[name=authority]').fill('Policía de Lyon, capitán Durand');
    await desk.locator('[name=disclose-reason]').fill('Orden 2026-118 de la fiscalía');
    await lookAt(desk, 'disclose');
    const saved = desk.waitForEvent('download');
    await desk.getByTestId('disclose-send').click();
    expect((await saved).suggestedFilename()).toBe(`${sessionId}.json`);

    await desk.getByTestId('hand-over').click();
    await desk.locator('[name=hand-over-email]').fill('nobody@padelvar.example');
    await desk.getByTestId('hand-over-send').click();
    await desk.getByText('Ningún jugador tiene una cuenta con esta dirección.').waitFor();
    await lookAt(desk, 'hand-over');
    expect(await listViolations(desk)).toEqual([]);
    await desk.locator('[name=hand-over-email]').fill(LEAVER.email);
    await desk.getByTestId('hand-over-send').click();
    await desk.getByText('El correo de esta cuenta aún no está confirmado.').waitFor();
    const unproved = await visits.open(LEAVER, { path: '/account' });
    const resend = loadTexts('en-GB')('account_email_resend');
    await unproved.getByRole('button', { name: resend }).click();
    await unproved.goto(linkIn(await mailbox.waitFor(LEAVER.email)));
    await unproved.getByTestId('link-act').click();
    await unproved.getByRole('heading', { name: 'Your e-mail is confirmed' }).waitFor();
    await unproved.close();
    await desk.getByTestId('hand-over-send').click();
    await desk.getByText(`El partido es ahora de ${LEAVER.name}.`).waitFor();
    const heir = await visits.open(LEAVER, { path: `/videos/${sessionId}` });
    await heir.getByTestId('share').waitFor();
    const owner = await visits.open(personOf(lab.system, 'PLAYER'), { path: `/videos/${sessionId}` });
    await owner.getByTestId('video').waitFor();
    expect(await owner.getByTestId('share').count()).toBe(0);

    await Promise.all([owner.close(), heir.close(), desk.close()]);
    const second = await visits.arrive({ locale: 'fr-FR' });
    await second.goto(`${await doorOf(lab)}/objection`);
    await second.getByTestId('objection-form').waitFor();
    await fill(second, 'objection-time', await readClock(lab));
    await second.getByTestId('objection-send').tap();
    await second.getByTestId('objection-sent').waitFor();
    const club = await visits.open(personOf(lab.system, 'CLUB_ADMIN'), {
      path: '/club/objections',
      locale: 'es-ES',
    });
    await club.getByTestId('objection-delete').tap();
    await club.getByTestId('confirm-yes').waitFor();
    await lookAt(club, 'objection-delete');
    await club.getByTestId('confirm-yes').tap();
    await club.locator('[data-testid=objection][data-state=deleted]').waitFor();
    await expect(player.getVideo(sessionId)).rejects.toMatchObject({ kind: 'gone' });
  });

test('a player takes their data along and deletes their account', async ({ lab, visits }) => {
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
