/** What a player does on the pages, from the court to the saved movie, step by step. */
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { playFor } from './browser-movie.ts';
import { watchFrames } from './browser-picture.ts';

const READY_MS = 30_000;

/** With a finger where the screen takes one, or else with the mouse. */
export async function press(button: Locator): Promise<void> {
  const isTouched: unknown = await button.evaluate('navigator.maxTouchPoints > 0');
  await (isTouched === true ? button.tap() : button.click());
}

/** Chooses the court, for as many minutes, and opens its camera; answers the session. */
export async function openCourt(page: Page, courtId: string, minutes: number): Promise<string> {
  await press(page.getByTestId(`court-${courtId}`));
  await press(page.getByTestId('duration-custom'));
  await page.getByTestId('duration-input').fill(String(minutes));
  await press(page.getByTestId('open-camera'));
  await page.getByTestId('preview').or(page.getByTestId('record-error')).first().waitFor();
  if (await page.getByTestId('record-error').isVisible())
    throw new Error(`expected ${courtId} to open: ${await page.getByTestId('record-error').innerText()}`);
  await page.waitForURL(({ searchParams }) => searchParams.has('session'));
  return new URL(page.url()).searchParams.get('session') ?? '';
}

/** Until the page says that it records. */
export async function startMatch(page: Page): Promise<void> {
  await press(page.getByTestId('start'));
  await page.getByTestId('rec-badge').waitFor();
}

/** Waits until the page shows that many seconds of match. */
export async function waitUntilElapsed(page: Page, seconds: number): Promise<void> {
  await expect.poll(() => readElapsedSeconds(page), { timeout: 20_000 }).toBeGreaterThanOrEqual(seconds);
}

/** Stops, confirms, and waits for the movie; a short match is saved before anybody can look. */
export async function stopMatch(page: Page): Promise<void> {
  await press(page.getByTestId('stop'));
  await press(page.getByTestId('confirm-yes'));
  await page.getByTestId('ready').waitFor({ timeout: READY_MS });
}

/** Follows the page's plain link; answers where in `folder` the file is. */
export async function downloadMovie(page: Page, folder: string): Promise<string> {
  const started = page.waitForEvent('download');
  await press(page.getByTestId('download'));
  const download = await started;
  expect(download.suggestedFilename()).toMatch(/\.mp4$/);
  const path = join(folder, download.suggestedFilename());
  await download.saveAs(path);
  return path;
}

/** A whole match of `seconds`, saved and watched; answers how long the player says that the movie is. */
export async function playWholeMatch(
  page: Page,
  { courtId, seconds, folder }: { courtId: string; seconds: number; folder: string },
): Promise<{ path: string; movieSeconds: number }> {
  await openCourt(page, courtId, 2);
  await watchFrames(page.getByTestId('preview-image'), 3);
  await startMatch(page);
  await waitUntilElapsed(page, seconds);
  await stopMatch(page);
  const path = await downloadMovie(page, folder);
  await press(page.getByTestId('watch'));
  const movie = await playFor(page.getByTestId('video'), 1.5);
  return { path, movieSeconds: movie.seconds };
}

/** From `m:ss`. */
async function readElapsedSeconds(page: Page): Promise<number> {
  const text = (await page.getByTestId('elapsed').textContent()) ?? '';
  return text
    .trim()
    .split(':')
    .reduce((seconds, part) => seconds * 60 + Number(part), 0);
}
