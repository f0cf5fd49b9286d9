/** A player's whole way with the keyboard alone, from the court's page to the deleted video. No mouse, no finger, no script. */
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { DESKTOP } from '../support/browser.ts';
import { enter, expectFocus, expectFocusIn, tabRound, tabTo, typeInto } from '../support/browser-keyboard.ts';
import { waitUntilElapsed } from '../support/browser-match.ts';
import { personOf } from '../support/browser-visits.ts';
import type { Person } from '../support/browser-visits.ts';
import { test } from '../support/page-test.ts';

const READY_MS = 30_000;

test('the keyboard alone leads from the scanned code to the deleted video, and the focus is seen all the way', async ({
  lab,
  visits,
}) => {
  const page = await visits.arrive({ screen: DESKTOP });
  const { url } = await lab.system.admin.getSign('court1');
  await page.goto(new URL(url).pathname);
  await logInByKeyboard(page, personOf(lab.system, 'PLAYER'));
  const main = page.locator('main');

  await tabTo(page, page.getByTestId('start-now'));
  await page.keyboard.press('Space');
  await page.getByTestId('rec-badge').waitFor();
  await expectFocusIn(page, main);
  await waitUntilElapsed(page, 7);

  const stop = page.getByTestId('stop');
  await enter(page, stop);
  const dialog = page.getByRole('alertdialog');
  await expectFocusIn(page, dialog);
  await expectFocus(page, page.getByTestId('confirm-no'));
  expect(await tabRound(page, dialog)).toBe(2);
  await page.keyboard.press('Escape');
  await expectFocus(page, stop);
  await page.keyboard.press('Enter');
  await enter(page, page.getByTestId('confirm-yes'));
  await page.getByTestId('ready').waitFor({ timeout: READY_MS });
  await expectFocusIn(page, main);

  await tabTo(page, page.getByTestId('download'));
  await enter(page, page.getByTestId('watch'));
  await page.waitForURL(/\/videos\//);
  await watch(page);
  await cut(page);
  await share(page);
  await saveByKeyboard(page);

  await enter(page, page.getByTestId('delete'));
  await expectFocusIn(page, dialog);
  await page.keyboard.press('Escape');
  await expectFocus(page, page.getByTestId('delete'));
  await page.keyboard.press('Space');
  await enter(page, page.getByTestId('confirm-yes'));
  await page.getByTestId('receipt').waitFor();
  await expectFocusIn(page, main);
  await enter(page, page.getByTestId('receipt').getByRole('link'));
  await page.getByText('No videos yet').waitFor();
});

async function logInByKeyboard(page: Page, person: Person): Promise<void> {
  await enter(page, page.getByRole('link', { name: 'Log in' }));
  await typeInto(page, page.getByTestId('login-email'), person.email);
  await typeInto(page, page.getByTestId('login-password'), person.password);
  await page.keyboard.press('Enter');
  await page.getByTestId('start-now').waitFor();
}

const read = (video: Locator, name: 'currentTime' | 'playbackRate' | 'duration'): Promise<number> =>
  video.evaluate((element, key) => (element as unknown as Record<string, number>)[key] ?? Number.NaN, name);

/** Plays, seeks by the bar and changes the speed. */
async function watch(page: Page): Promise<void> {
  const video = page.getByTestId('video');
  await expect.poll(() => read(video, 'duration'), { timeout: READY_MS }).toBeGreaterThan(6);
  const play = page.getByTestId('play');
  await tabTo(page, play);
  await page.keyboard.press('Space');
  await expect.poll(() => read(video, 'currentTime')).toBeGreaterThan(0.3);
  await page.keyboard.press('Enter');
  await play.and(page.getByLabel('Play', { exact: true })).waitFor();
  const seek = page.getByTestId('seek');
  await tabTo(page, seek, 'Shift+Tab');
  await page.keyboard.press('Home');
  await expect.poll(() => read(video, 'currentTime')).toBe(0);
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => read(video, 'currentTime')).toBeCloseTo(5, 1);
  await tabTo(page, page.getByTestId('speed'));
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => read(video, 'playbackRate')).toBe(1.25);
}

/** A clip between two handles, called off first. */
async function cut(page: Page): Promise<void> {
  const [from, to] = [page.getByTestId('clip-from'), page.getByTestId('clip-to')];
  await enter(page, page.getByTestId('make-clip'));
  await expectFocus(page, from);
  await enter(page, page.getByTestId('clip-cancel'));
  await expectFocusIn(page, page.locator('main'));
  await enter(page, page.getByTestId('make-clip'));
  await tabTo(page, from);
  await page.keyboard.press('Home');
  await tabTo(page, to);
  await page.keyboard.press('ArrowLeft');
  const name = page.getByTestId('clip-form').getByRole('textbox');
  await tabTo(page, name);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('Match point');
  await enter(page, page.getByTestId('clip-save'));
  await page.getByTestId('clip-list').getByText('Match point').waitFor();
  await expectFocusIn(page, page.locator('main'));
}

/** The sheet takes the focus, holds it, and gives it back. */
async function share(page: Page): Promise<void> {
  const opener = page.getByTestId('share');
  await enter(page, opener);
  const sheet = page.getByRole('dialog');
  expect(await tabRound(page, sheet)).toBe(5);
  const mayDownload = page.getByTestId('share-download');
  await tabTo(page, mayDownload);
  await page.keyboard.press('Space');
  expect(await mayDownload.isChecked()).toBe(true);
  await enter(page, page.getByTestId('share-create'));
  await page.getByTestId('share-url').waitFor();
  await expectFocusIn(page, sheet);
  await tabTo(page, page.getByTestId('share-revoke'));
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
  await expectFocus(page, opener);
}

async function saveByKeyboard(page: Page): Promise<void> {
  const started = page.waitForEvent('download');
  await enter(page, page.getByTestId('download'));
  expect((await started).suggestedFilename()).toMatch(/\.mp4$/);
}
