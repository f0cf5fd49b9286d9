/**
 * The way from a court's printed code to the video: as a guest, as a player, as the others of the match. On phones; in the long
 * run at a desk as well.
 */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { isLongRun, tellFigures } from '../../edge/test/support/figures.ts';
import { measureLateness } from '../../edge/test/support/machine-lateness.ts';
import { createPng } from '../../cloud/test/support/logo.ts';
import { DESKTOP, PHONE } from '../support/browser.ts';
import { lookAt } from '../support/browser-look.ts';
import { downloadMovie, openCourt, press, stopMatch, waitUntilElapsed } from '../support/browser-match.ts';
import { findDecodingErrors, playFor } from '../support/browser-movie.ts';
import { watchFrames } from '../support/browser-picture.ts';
import { drawCode, photographCode, printPages } from '../support/browser-sign.ts';
import { personOf } from '../support/browser-visits.ts';
import type { Lab } from '../support/lab.ts';
import { addMember, test } from '../support/page-test.ts';
import { loadTexts, LOCALES } from '../support/page-texts.ts';

const MOST_TAPS = 3;
/** From the scan on, with everything that the page loads. */
const [PLAYER_SECONDS, GUEST_SECONDS] = [5, 15];
const NEW = { email: 'new-player@padelvar.example', name: 'Nina New', password: 'my-first-match' };
/** What a club and a court may well be called. */
const LONG = {
  club: 'Club Deportivo Municipal de Pádel y Tenis Nuestra Señora de la Candelaria',
  court: 'Pista Central Fundación Deportiva Municipal',
};

/** The paths of the courts' pages, as their signs say. */
let signs: string[];

test.beforeAll(async ({ lab }) => {
  const { admin, clubId } = lab.system;
  await admin.updateClub(clubId, { guestsAllowed: true });
  signs = await Promise.all(
    ['court1', 'court2'].map(async (courtId) => {
      const { url } = await admin.getSign(courtId);
      return new URL(url).pathname;
    }),
  );
});

/** From the scanned code to a recording that runs. */
async function expectRecording(
  page: Page,
  sign: string | undefined,
  who: string,
  withinSeconds: number,
): Promise<void> {
  const lateness = await measureLateness();
  const beganMs = performance.now();
  await page.goto(sign ?? '');
  const taps = await countTaps(page);
  await press(page.getByTestId('start-now'));
  await page.getByTestId('rec-badge').waitFor();
  const seconds = secondsSince(beganMs);
  tellFigures(`scan to recording, ${who}`, { taps: await taps(), seconds });
  expect(await taps()).toBeLessThanOrEqual(MOST_TAPS);
  expect(seconds).toBeLessThan(withinSeconds + lateness.allowanceMs() / 1000);
  await lateness.close();
}

const ALL = LOCALES.flatMap((locale) => [PHONE, DESKTOP].map((screen) => ({ locale, screen })));
/** Each journey in one language, on a phone; in the long run each in all of them, on both. */
const [GUESTS, OWNERS] = isLongRun
  ? [ALL, ALL]
  : ([[{ locale: 'fr-FR', screen: PHONE }], [{ locale: 'es-ES', screen: PHONE }]] as const);

test.for(GUESTS)(
  'a guest scans, taps once, records, and keeps the match with an account made afterwards: $locale, $screen.viewport.width wide',
  async (visit, { lab, visits }) => {
    const { locale, screen } = visit;
    const text = loadTexts(locale);
    const passer = await visits.arrive(visit);
    await passer.goto(signs[0] ?? '');
    await passer.getByTestId('start-now').waitFor();
    await lookAt(passer, 'court');
    const page = await visits.arrive(visit);
    await expectRecording(page, signs[0], 'a guest', GUEST_SECONDS);
    await watchFrames(page.getByTestId('preview-image'), 3);
    const ofTotal = (total: string): string => text('elapsed_of_total', { total }).trim();
    await page.getByText(ofTotal('1:30:00')).waitFor();
    await press(page.getByTestId('extend'));
    await page.getByText(ofTotal('1:45:00')).waitFor();
    await waitUntilElapsed(page, 3);
    await lookAt(page, 'court-recording');

    await page.reload();
    await page.getByTestId('rec-badge').waitFor();
    await stopMatch(page);
    await page.getByTestId('claim').waitFor();
    expect(await page.getByTestId('watch').count()).toBe(0);
    await lookAt(page, 'court-claim');
    await page.getByTestId('claim-name').fill(NEW.name);
    await page.getByTestId('claim-email').fill(`${locale}-${String(screen.viewport.width)}-${NEW.email}`);
    await page.getByTestId('claim-password').fill(NEW.password);
    await press(page.getByTestId('claim-submit'));
    await page.getByTestId('watch').waitFor();
    await page.getByRole('heading', { name: text('ready_title') }).waitFor();
    expect(await page.getByTestId('claim').count()).toBe(0);
    const path = await downloadMovie(page, lab.folder);
    expect(await findDecodingErrors(path)).toBe('');
    await press(page.getByTestId('watch'));
    expect((await playFor(page.getByTestId('video'), 1)).width).toBe(1280);
  },
);

test.for(OWNERS)(
  'a player starts with one tap, and the others join by the code on the phone or are let in: $locale, $screen.viewport.width wide',
  async (visit, { lab, visits }) => {
    const text = loadTexts(visit.locale);
    const [olga, theo] = [await addMember(lab.system, 'Olga'), await addMember(lab.system, 'Theo')];
    const [, path = ''] = signs;
    const owner = await visits.open(personOf(lab.system, 'PLAYER'), { ...visit, path });
    await expectRecording(owner, path, 'a player who is logged in', PLAYER_SECONDS);

    await press(owner.getByTestId('show-join'));
    const joinPath = new URL(await owner.getByTestId('join-url').innerText()).pathname;
    await lookAt(owner, 'court-join-code');
    await owner.keyboard.press('Escape');
    const other = await visits.open(olga, { ...visit, path: joinPath });
    await lookAt(other, 'join');
    await press(other.getByTestId('join'));
    await other.getByTestId('rec-badge').waitFor();
    expect(await other.getByTestId('stop').count()).toBe(0);
    await owner.getByText(text('people_in', { names: olga.name })).waitFor();

    const asking = await visits.open(theo, { ...visit, path });
    await press(asking.getByTestId('ask-join'));
    await asking.getByText(text('door_join_asked')).waitFor();
    await lookAt(asking, 'court-busy');
    await lookAt(owner, 'court-request');
    // Twice, as an impatient finger does.
    await owner.getByTestId('let-in').evaluate((button: { click(): void }) => {
      button.click();
      button.click();
    });
    await owner.getByText(new RegExp(theo.name)).and(owner.getByText(olga.name)).waitFor();
    expect(await owner.getByTestId('record-error').count()).toBe(0);
    await press(asking.getByTestId('to-match'));
    await asking.getByTestId('rec-badge').waitFor();

    await waitUntilElapsed(owner, 3);
    await stopMatch(owner);
    for (const page of [other, asking]) {
      await page.getByTestId('ready').waitFor({ timeout: 30_000 });
      await downloadMovie(page, lab.folder);
    }
  },
);

if (isLongRun)
  test('the next group is announced, where no events get through as well, and both sides see what the owner says', async ({
    lab,
    visits,
  }) => {
    const owner = await visits.openAt(personOf(lab.system, 'PLAYER'), signs[1], {
      expected: /record\/(events|status|stop)|codes\/|status of 422|ERR_CONN/,
    });
    await owner.route('**/api/video/record/events/*', (route) => route.abort('connectionreset'));
    await expectCameraTrouble(owner);
    await owner.getByTestId('start-now').tap();
    await owner.getByTestId('rec-badge').waitFor();
    await expectLineTrouble(owner);
    // The address still says which match it is, and nothing else of it.
    await owner.reload();
    await owner.getByTestId('rec-badge').waitFor();
    const next = await visits.arrive();
    await next.goto(signs[1] ?? '');
    await next.getByTestId('next-group').tap();
    await next.getByText('told that the next group is waiting').waitFor();
    await owner.getByTestId('keep-playing').tap();
    await next
      .getByText('are still playing')
      .getByText(/ask again at \d\d:\d\d/)
      .waitFor();
    expect(await next.getByTestId('next-group').count()).toBe(0);
    await lookAt(next, 'court-declined');
    letPass(lab, 'update match_request set answered_at = answered_at - ?', 5);
    await next.getByTestId('next-group').tap();
    await next.getByText('told that the next group is waiting').waitFor();
    await owner.getByTestId('make-room').tap();
    await owner.getByTestId('confirm-yes').tap();
    await next.getByTestId('start-now').waitFor();
  });

if (isLongRun)
  test('a court on which nobody records goes to the next group when the club’s minutes are over, and both read so', async ({
    lab,
    visits,
  }) => {
    const { admin, clubId } = lab.system;
    await admin.updateClub(clubId, { nextGroup: 'replace', nextGroupIdleMinutes: 30 });
    const owner = await visits.open(personOf(lab.system, 'PLAYER'));
    await openCourt(owner, 'court2', 5);
    const next = await visits.arrive();
    await next.goto(signs[1] ?? '');
    await next.getByTestId('next-group').tap();
    await next
      .getByText(/told that the next group is waiting.*the court goes to the next group at \d\d:\d\d/)
      .waitFor();
    await owner.getByText(/the court is theirs at \d\d:\d\d/).waitFor();
    await lookAt(owner, 'court-idle');
    await owner.getByTestId('make-room').tap();
    await owner.getByTestId('confirm').getByText('becomes free for others').waitFor();
    await owner.getByTestId('confirm-no').tap();
    letPass(lab, 'update match_session set opened_at = opened_at - ? where ended_at is null', 30);
    const ended = owner.getByTestId('ended').getByText('The next group has taken over the court.');
    await ended.waitFor({ timeout: 30_000 });
    await next.getByTestId('start-now').waitFor();
  });

if (isLongRun)
  test('the door leads its owner back to the match that is open here, on the phone that left it and on another', async ({
    lab,
    visits,
  }) => {
    const [, path = ''] = signs;
    const person = personOf(lab.system, 'PLAYER');
    const owner = await visits.open(person, { path });
    const second = await visits.open(person, { path, expected: /record\/|codes\/|ERR_CONN/ });
    await second.getByTestId('start-now').waitFor();
    await press(owner.getByTestId('start-now'));
    await owner.getByTestId('rec-badge').waitFor();
    await second.getByTestId('own-match').waitFor();
    expect(await second.getByTestId('court-busy').count()).toBe(0);
    await lookAt(second, 'court-own-match');
    await press(second.getByTestId('own-match'));
    await second.getByTestId('rec-badge').waitFor();

    const cut = ['**/api/codes/*', '**/api/video/record/*/*'];
    for (const address of cut) await second.route(address, (route) => route.abort('connectionreset'));
    await second.reload();
    await press(second.getByTestId('line-error').getByRole('button'));
    await second.getByTestId('look-error').waitFor();
    expect(await second.getByTestId('start-now').count()).toBe(0);
    await lookAt(second, 'court-unknown');
    for (const address of cut) await second.unroute(address);
    await second.getByTestId('own-match').waitFor();
    await stopMatch(owner);
  });

if (isLongRun)
  test('a guest whose match is on another court is led there from this one’s door', async ({ visits }) => {
    const page = await visits.arrive({ expected: /409/ });
    await page.goto(signs[0] ?? '');
    await press(page.getByTestId('start-now'));
    await page.getByTestId('rec-badge').waitFor();
    await page.goto(signs[1] ?? '');
    await press(page.getByTestId('start-now'));
    await press(page.getByTestId('other-match'));
    await page.getByTestId('rec-badge').waitFor();
    await stopMatch(page);
  });

if (isLongRun)
  test('the door says that the portal can’t be reached, and that its sign is over', async ({ visits }) => {
    const page = await visits.arrive({ expected: /codes\/|ERR_CONN|404/ });
    await page.goto(signs[1] ?? '');
    await page.getByTestId('start-now').waitFor();
    await page.route('**/api/codes/*', (route) => route.abort('connectionreset'));
    await expect
      .poll(async () => readTrouble(page, 'look-error'))
      .toBe('The portal cannot be reached. This page tries again by itself.');
    await page.unroute('**/api/codes/*');
    await page.getByTestId('look-error').waitFor({ state: 'detached' });
    const problem = {
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: 'none',
      kind: 'not_found',
    };
    const over = { status: 404, contentType: 'application/problem+json', body: JSON.stringify(problem) };
    await page.route('**/api/codes/*', (route) => route.fulfill(over));
    await page.getByTestId('sign-over').waitFor();
    expect(await page.getByTestId('start-now').count()).toBe(0);
  });

test('a photographed code shows no match', async ({ lab, visits }) => {
  const owner = await lab.system.login('PLAYER');
  const { items } = await owner.listSessions();
  const { sessionId = '' } = items[0] ?? {};
  const stranger = await visits.arrive({ expected: new RegExp(sessionId) });
  for (const path of [`/c/${'0'.repeat(16)}`, '/c/nonsense']) {
    const answer = await stranger.request.get(path);
    expect(answer.status()).toBe(404);
  }
  for (const path of [`/preview/${sessionId}/snapshot.jpg`, `/video/files/${sessionId}/download`]) {
    expect((await stranger.request.get(`/api${path}`)).status()).toBe(401);
  }
  const people = await owner.getPeople(sessionId);
  expect(people.join).toBeNull();
});

if (isLongRun)
  test('a sign says in three languages that the court is filmed, fits one sheet, and ends where its court gets a new code', async ({
    lab,
    visits,
  }) => {
    const { admin, clubId } = lab.system;
    await admin.updateClub(clubId, { name: LONG.club, brandColor: '#0e6b3d' });
    await admin.setLogo(clubId, new Blob([createPng(400, 400, [14, 107, 61, 255])], { type: 'image/png' }));
    await admin.updateCourt('court1', { name: LONG.court });
    const page = await visits.open(personOf(lab.system, 'CLUB_ADMIN'), {
      screen: DESKTOP,
      path: '/sign/court1',
    });
    await page.getByTestId('sign').waitFor();
    for (const locale of LOCALES) {
      const said = page.locator(`section[lang=${locale.slice(0, 2)}]`);
      await said.getByRole('heading', { name: loadTexts(locale)('sign_title') }).waitFor();
      await said.getByText(loadTexts(locale)('sign_notice')).waitFor();
    }
    await page.getByTestId('club-logo').locator('img').waitFor();
    expect(new URL(await expectCode(page)).pathname).toBe(signs[0]);
    await lookAt(page, 'sign');
    const [sheet, ...others] = await printPages(page);
    expect(others).toEqual([]);
    // A4 is 210 mm by 297 mm.
    expect(sheet?.width).toBeCloseTo((210 / 25.4) * 72, 0);
    expect(sheet?.height).toBeCloseTo((297 / 25.4) * 72, 0);

    const before = await page.getByTestId('sign-url').innerText();
    await page.getByTestId('rotate-code').click();
    await page.getByTestId('confirm-yes').click();
    await expect.poll(() => page.getByTestId('sign-url').innerText()).not.toBe(before);
    const after = await expectCode(page);
    const passer = await visits.arrive({ expected: /404/ });
    await passer.goto(before);
    await passer.getByRole('heading', { name: loadTexts('en-GB')('error_page_court_title') }).waitFor();
    await passer.goto(after);
    await passer.getByTestId('start-now').waitFor();
  });

/** What the portal remembers happened so many minutes before it did. */
function letPass({ system }: Lab, update: string, minutes: number): void {
  const db = new Database(join(system.portalDataDir, 'portal.db'));
  db.prepare(update).run(minutes * 60_000);
  db.close();
}

/** A court that can't be opened: what happened, that nothing is recorded, and what to do. */
async function expectCameraTrouble(page: Page): Promise<void> {
  const problem = { type: 'about:blank', title: 'Unprocessable Content', status: 422, detail: 'no answer' };
  await page.route('**/api/codes/*/open', (route) =>
    route.fulfill({
      ...{ status: 422, contentType: 'application/problem+json' },
      body: JSON.stringify({ ...problem, kind: 'camera_unreachable' }),
    }),
  );
  await page.getByTestId('start-now').tap();
  await expect
    .poll(() => readTrouble(page, 'record-error'))
    .toBe(
      'The camera does not answer. Nothing is being recorded. Tell the club about it, or take another court.',
    );
  await lookAt(page, 'court-camera-trouble');
  await page.unroute('**/api/codes/*/open');
}

/** The line is gone while a match is recorded: neither a stop that fails nor a page that is cut off leaves anybody in doubt. */
async function expectLineTrouble(page: Page): Promise<void> {
  const safe = 'The portal cannot be reached. The match is safe: the club’s box records by itself.';
  const paths = ['**/api/video/record/stop', '**/api/video/record/status/*'];
  for (const path of paths) await page.route(path, (route) => route.abort('connectionreset'));
  await expect
    .poll(() => readTrouble(page, 'line-error'))
    .toBe(`${safe} This page tries again by itself. Choose a court`);
  await page.getByTestId('stop').tap();
  await page.getByTestId('confirm-yes').tap();
  await expect
    .poll(() => readTrouble(page, 'record-error'))
    .toBe(`${safe} Check your connection, then try again.`);
  expect(await page.getByTestId('line-error').count()).toBe(0);
  await lookAt(page, 'court-line-trouble');
  for (const path of paths) await page.unroute(path);
  await page.getByTestId('rec-badge').waitFor();
  await page.getByTestId('line-error').waitFor({ state: 'detached' });
}

async function readTrouble(page: Page, testId: string): Promise<string> {
  return (await page.getByTestId(testId).innerText()).replace(/\s+/g, ' ').trim();
}

/** The picture says what is printed under it; answers that address. */
async function expectCode(page: Page): Promise<string> {
  const address = await page.getByTestId('sign-url').innerText();
  const squares = drawCode(address);
  // A dialog that closes still darkens it.
  await expect.poll(() => photographCode(page.getByTestId('sign-code'), squares.length)).toEqual(squares);
  return address;
}

/** From now on: what the person touches, by the page's own count. */
async function countTaps(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(
    'window.taps = 0; addEventListener("pointerdown", () => { window.taps += 1; }, { capture: true })',
  );
  return () => page.evaluate<number>('window.taps');
}

function secondsSince(sinceMs: number): number {
  return (performance.now() - sinceMs) / 1000;
}
