/** The way from a court's printed code to the video, on phones: as a guest, as a player, as the others of the match. */
import type { CourtSign, MatchPeople } from '@padelvar/shared/players-api';
import type { Session } from '@padelvar/shared/portal-api';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { tellFigures } from '../edge/test/support/figures.ts';
import { DESKTOP, openBrowser } from './support/browser.ts';
import { lookAt } from './support/browser-look.ts';
import { downloadMovie, stopMatch, waitUntilElapsed } from './support/browser-match.ts';
import { findDecodingErrors, playFor } from './support/browser-movie.ts';
import { watchFrames } from './support/browser-picture.ts';
import { createVisits, logIn } from './support/browser-visits.ts';
import type { Person, Visits } from './support/browser-visits.ts';
import { openLab } from './support/lab.ts';
import type { Lab } from './support/lab.ts';

const MOST_TAPS = 3;
const OTHER = { email: 'other-player@padelvar.example', name: 'Olga Other', password: 'another-match' };
const THIRD = { email: 'third-player@padelvar.example', name: 'Theo Third', password: 'a-third-match' };
const NEW = { email: 'new-player@padelvar.example', name: 'Nina New', password: 'my-first-match' };

let lab: Lab;
let browser: Browser;
let visits: Visits;
/** The paths of the courts' pages, as their signs say. */
let signs: string[];

beforeAll(async () => {
  lab = await openLab([{ kind: 'rtsp' }, { kind: 'rtsp' }]);
  browser = await openBrowser();
  visits = createVisits(browser, lab.system);
  const { admin, clubId } = lab.system;
  for (const player of [OTHER, THIRD])
    await admin.request('POST', '/admin/users', { ...player, role: 'PLAYER', clubIds: [clubId] });
  await admin.request('PATCH', `/clubs/${clubId}`, { guestsAllowed: true });
  signs = await Promise.all(
    ['court1', 'court2'].map(async (courtId) => {
      const { url } = await admin.request<CourtSign>('GET', `/courts/${courtId}/code`);
      return new URL(url).pathname;
    }),
  );
});
afterAll(async () => {
  await browser.close();
  await lab.close();
});
afterEach(async () => {
  expect(await visits.end()).toEqual([]);
});

test('a guest scans, taps once, records, and keeps the match with an account made afterwards', async () => {
  const page = await visits.arrive();
  await page.goto(signs[0] ?? '');
  await page.getByTestId('start-now').waitFor();
  await lookAt(page, 'court');
  const taps = await countTaps(page);
  const beganMs = performance.now();
  await page.getByTestId('start-now').tap();
  await page.getByTestId('rec-badge').waitFor();
  tellFigures('scan to recording as a guest', { taps: await taps(), seconds: secondsSince(beganMs) });
  expect(await taps()).toBeLessThanOrEqual(MOST_TAPS);
  await watchFrames(page.getByTestId('preview-image'), 3);
  await page.getByText('of 1:30:00').waitFor();
  await page.getByTestId('extend').tap();
  await page.getByText('of 1:45:00').waitFor();
  await waitUntilElapsed(page, 3);
  await lookAt(page, 'court-recording');

  await page.reload();
  await page.getByTestId('rec-badge').waitFor();
  await stopMatch(page);
  await page.getByTestId('claim').waitFor();
  expect(await page.getByTestId('watch').count()).toBe(0);
  await lookAt(page, 'court-claim');
  await page.getByTestId('claim-name').fill(NEW.name);
  await page.getByTestId('claim-email').fill(NEW.email);
  await page.getByTestId('claim-password').fill(NEW.password);
  await page.getByTestId('claim-submit').tap();
  await page.getByTestId('watch').waitFor();
  expect(await page.getByTestId('claim').count()).toBe(0);
  const path = await downloadMovie(page, lab.folder);
  expect(await findDecodingErrors(path)).toBe('');
  await page.getByTestId('watch').tap();
  expect((await playFor(page.getByTestId('video'), 1)).width).toBe(1280);
});

test('a player starts with one tap, and the others join by the code on the phone or are let in', async () => {
  const owner = await openAt(personOf('PLAYER'), signs[1]);
  const taps = await countTaps(owner);
  const beganMs = performance.now();
  await owner.getByTestId('start-now').tap();
  await owner.getByTestId('rec-badge').waitFor();
  tellFigures('scan to recording logged in', { taps: await taps(), seconds: secondsSince(beganMs) });
  expect(await taps()).toBeLessThanOrEqual(MOST_TAPS);

  await owner.getByTestId('show-join').tap();
  const joinPath = new URL(await owner.getByTestId('join-url').innerText()).pathname;
  await lookAt(owner, 'court-join-code');
  await owner.keyboard.press('Escape');
  const other = await visits.open(OTHER, { path: joinPath });
  await lookAt(other, 'join');
  await other.getByTestId('join').tap();
  await other.getByTestId('rec-badge').waitFor();
  expect(await other.getByTestId('stop').count()).toBe(0);
  await owner.getByText('In this match: Olga Other').waitFor();

  const asking = await openAt(THIRD, signs[1]);
  await asking.getByTestId('ask-join').tap();
  await asking.getByText('has been asked').waitFor();
  await lookAt(asking, 'court-busy');
  await lookAt(owner, 'court-request');
  await owner.getByTestId('let-in').tap();
  await asking.getByTestId('to-match').tap();
  await asking.getByTestId('rec-badge').waitFor();

  await waitUntilElapsed(owner, 3);
  await stopMatch(owner);
  for (const page of [other, asking]) {
    await page.getByTestId('ready').waitFor({ timeout: 30_000 });
    await downloadMovie(page, lab.folder);
  }
});

test('the next group is announced, where no events get through as well, and both sides see what the owner says', async () => {
  const owner = await openAt(personOf('PLAYER'), signs[1], /record\/events/);
  await owner.route('**/api/video/record/events/*', (route) => route.abort('connectionreset'));
  await owner.getByTestId('start-now').tap();
  await owner.getByTestId('rec-badge').waitFor();
  const next = await visits.arrive();
  await next.goto(signs[1] ?? '');
  await next.getByTestId('next-group').tap();
  await next.getByText('told that you are waiting').waitFor();
  await owner.getByTestId('make-room').tap();
  await owner.getByTestId('confirm-yes').tap();
  await next.getByTestId('start-now').waitFor();
});

test('a photographed code shows no match, and its sign is printed in three languages', async () => {
  const owner = await lab.system.login('PLAYER');
  const { items } = await owner.request<{ items: Session[] }>('GET', '/video/session/list');
  const { sessionId = '' } = items[0] ?? {};
  const stranger = await visits.arrive({ expected: new RegExp(sessionId) });
  for (const path of [`/c/${'0'.repeat(16)}`, '/c/nonsense']) {
    const answer = await stranger.request.get(path);
    expect(answer.status()).toBe(404);
  }
  for (const path of [`/preview/${sessionId}/snapshot.jpg`, `/video/files/${sessionId}/download`]) {
    expect((await stranger.request.get(`/api${path}`)).status()).toBe(401);
  }
  const people = await owner.request<MatchPeople>('GET', `/matches/${sessionId}/people`);
  expect(people.join).toBeNull();

  const admin = await visits.open(personOf('CLUB_ADMIN'), { screen: DESKTOP, path: '/sign/court1' });
  await admin.getByTestId('sign').waitFor();
  for (const text of ['Film your match', 'Filmez votre match', 'Graba tu partido'])
    await admin.getByRole('heading', { name: text }).waitFor();
  expect(new URL(await admin.getByTestId('sign-url').innerText()).pathname).toBe(signs[0]);
  await lookAt(admin, 'sign');
});

/** Logged in, at a page that is there without a login too. */
async function openAt(who: Person, path = '/', expected?: RegExp): Promise<Page> {
  const page = await visits.arrive(expected === undefined ? {} : { expected });
  await page.goto(`/login?next=${encodeURIComponent(path)}`);
  await logIn(page, who, path);
  return page;
}

function personOf(role: string): Person {
  const login = lab.system.logins.find((candidate) => candidate.role === role);
  if (login === undefined) throw new Error(`no login for ${role}`);
  return login;
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
