/** What a player does on the pages, from the log-in to the movie, step by step. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Login } from '../../scripts/system/system.ts';

const READY_MS = 30_000;
const SCREENSHOTS = process.env['PADELVAR_SCREENSHOTS'];
const SCREENS = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } };

/** Asks for a page and is led there by way of the log-in. */
export async function logIn(
  page: Page,
  { email, password }: Pick<Login, 'email' | 'password'>,
  path: string,
): Promise<void> {
  await page.goto(path);
  await page.getByTestId('login-email').fill(email);
  await page.getByTestId('login-password').fill(password);
  await page.getByTestId('login-submit').click();
  await page.waitForURL(({ pathname, search }) => `${pathname}${search}` === path);
}

/** Chooses the court, for as many minutes, and opens its camera; answers the session. */
export async function openCourt(page: Page, courtId: string, minutes: number): Promise<string> {
  await page.getByTestId(`court-${courtId}`).click();
  await page.getByTestId('duration-custom').click();
  await page.getByTestId('duration-input').fill(String(minutes));
  await page.getByTestId('open-camera').click();
  await page.getByTestId('preview').waitFor();
  await page.waitForURL(({ searchParams }) => searchParams.has('session'));
  return new URL(page.url()).searchParams.get('session') ?? '';
}

/** Until the page says that it records. */
export async function startMatch(page: Page): Promise<void> {
  await page.getByTestId('start').click();
  await page.getByTestId('rec-badge').waitFor();
}

/** Waits until the page shows that many seconds of match. */
export async function waitUntilElapsed(page: Page, seconds: number): Promise<void> {
  await expect.poll(() => readElapsedSeconds(page), { timeout: 20_000 }).toBeGreaterThanOrEqual(seconds);
}

/** Stops, confirms, sees the match being saved, and waits for the movie. */
export async function stopMatch(page: Page): Promise<void> {
  await page.getByTestId('stop').click();
  await Promise.all([page.getByTestId('saving').waitFor(), page.getByTestId('confirm-yes').click()]);
  await page.getByTestId('ready').waitFor({ timeout: READY_MS });
}

/** Saves a picture of the page in phone and in desktop width, where `PADELVAR_SCREENSHOTS` names a folder. */
export async function photograph(page: Page, name: string): Promise<void> {
  if (SCREENSHOTS === undefined) return;
  await mkdir(SCREENSHOTS, { recursive: true });
  const before = page.viewportSize();
  for (const [screen, size] of Object.entries(SCREENS)) {
    await page.setViewportSize(size);
    await page.screenshot({ path: join(SCREENSHOTS, `${name}-${screen}.png`), animations: 'disabled' });
  }
  if (before !== null) await page.setViewportSize(before);
}

/** From `m:ss`. */
async function readElapsedSeconds(page: Page): Promise<number> {
  const text = (await page.getByTestId('elapsed').textContent()) ?? '';
  return text
    .trim()
    .split(':')
    .reduce((seconds, part) => seconds * 60 + Number(part), 0);
}
