/** A stored match in Chromium: watched with its controls, shared by a link that is taken back, deleted with a receipt. */
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { DESKTOP, openBrowser } from './support/browser.ts';
import { lookAt } from './support/browser-look.ts';
import { createVisits } from './support/browser-visits.ts';
import type { Person, Visits } from './support/browser-visits.ts';
import { openLab } from './support/lab.ts';
import type { Lab } from './support/lab.ts';
import { storeMatch } from './support/stored-match.ts';

const FRAME_SECONDS = 0.04;
let lab: Lab;
let browser: Browser;
let visits: Visits;
let sessionId: string;

beforeAll(async () => {
  lab = await openLab([{ kind: 'rtsp' }]);
  browser = await openBrowser();
  visits = createVisits(browser, lab.system);
  sessionId = await storeMatch(lab, 4);
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

const readVideo = (video: Locator, name: 'currentTime' | 'playbackRate' | 'duration'): Promise<number> =>
  video.evaluate((element, key) => (element as unknown as Record<string, number>)[key] ?? Number.NaN, name);

/** Seeks by the slider, with the keyboard. */
async function openMovie(page: Page): Promise<Locator> {
  const video = page.getByTestId('video');
  await expect.poll(() => readVideo(video, 'duration'), { timeout: 30_000 }).toBeGreaterThan(3);
  return video;
}

test('a match is watched with the keyboard alone: single pictures, jumps and speeds', async () => {
  const page = await visits.open(personOf('PLAYER'), { screen: DESKTOP, path: `/videos/${sessionId}` });
  const video = await openMovie(page);
  const time = (): Promise<number> => readVideo(video, 'currentTime');
  await page.keyboard.press('5');
  // How long a movie is, is known to the frame once its last piece is there.
  const fromTheMiddle = async (): Promise<number> =>
    Math.abs((await time()) - (await readVideo(video, 'duration')) / 2);
  await expect.poll(fromTheMiddle).toBeLessThan(0.5);
  const middle = await time();
  await page.keyboard.press('.');
  await expect.poll(async () => Math.abs((await time()) - middle - FRAME_SECONDS)).toBeLessThan(0.01);
  await page.keyboard.press(',');
  await expect.poll(async () => Math.abs((await time()) - middle)).toBeLessThan(0.01);
  await page.keyboard.press('ArrowLeft');
  await expect.poll(async () => Math.abs((await time()) - Math.max(0, middle - 5))).toBeLessThan(0.01);
  await page.keyboard.press('Home');
  await expect.poll(time).toBe(0);
  for (let slower = 0; slower < 5; slower += 1) await page.keyboard.press('<');
  await expect.poll(() => readVideo(video, 'playbackRate')).toBe(0.25);
  for (let faster = 0; faster < 9; faster += 1) await page.keyboard.press('>');
  await expect.poll(() => readVideo(video, 'playbackRate')).toBe(2);
  await page.keyboard.press(' ');
  await expect.poll(time, { timeout: 15_000 }).toBeGreaterThan(0.5);
  await page.keyboard.press('k');
  await page
    .getByTestId('play')
    .and(page.getByLabel('Play', { exact: true }))
    .waitFor();
  await page.getByTestId('speed').selectOption('0.5');
  expect(await readVideo(video, 'playbackRate')).toBe(0.5);
  await page.getByTestId('seek').focus();
  await page.keyboard.press('Home');
  await expect.poll(time).toBe(0);
});

test('a link lets somebody without an account watch, until it is taken back', async () => {
  const owner = await visits.open(personOf('PLAYER'), { path: `/videos/${sessionId}` });
  await owner.getByTestId('share').tap();
  await lookAt(owner, 'share');
  await owner.getByTestId('share-create').tap();
  const url = (await owner.getByTestId('share-url').textContent()) ?? '';

  const friend = await visits.arrive({ expected: /api\/shares\// });
  await friend.goto(new URL(url).pathname);
  const video = await openMovie(friend);
  expect(await friend.getByTestId('download').count()).toBe(0);
  await friend.getByTestId('play').tap();
  await expect.poll(() => readVideo(video, 'currentTime'), { timeout: 15_000 }).toBeGreaterThan(0.2);
  await lookAt(friend, 'shared');

  await owner.getByTestId('share-revoke').tap();
  await owner.getByTestId('share-list').waitFor({ state: 'detached' });
  await friend.getByText('This link no longer works').waitFor({ timeout: 60_000 });
  expect(await friend.getByTestId('video').count()).toBe(0);
});

test('the library is narrowed to a court and a day, and a deletion leaves a receipt', async () => {
  const page = await visits.open(personOf('CLUB_ADMIN'), { path: '/?tab=videos' });
  const card = page.getByTestId('video-card');
  await card.waitFor();
  await lookAt(page, 'library');
  await page.getByTestId('filter-date').fill('2020-01-01');
  await page.getByText('No videos here').waitFor();
  await page.getByRole('button', { name: 'Show all' }).tap();
  await card.waitFor();
  await card.getByTestId('delete').tap();
  await page.getByTestId('confirm-yes').tap();
  const receipt = page.getByTestId('receipt');
  await receipt.getByText(sessionId).waitFor();
  await lookAt(page, 'receipt');
  await page.getByTestId('receipt-done').tap();
  await page.getByText('No videos yet').waitFor();
});
