/** A look at a whole page: that it fits, and how it looks where somebody wants to see it. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { SCREENSHOTS } from './browser.ts';

const SCREENS = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } };

/**
 * Nothing sticks out to the side of the screen that was asked for: a phone's `innerWidth` grows along with what does.
 * Where `PADELVAR_SCREENSHOTS` names a folder, the page is photographed at both widths.
 */
export async function lookAt(page: Page, name: string): Promise<void> {
  const screen = page.viewportSize();
  if (screen === null) throw new Error(`${name}: expected a screen of a fixed size`);
  const overhang = (await page.evaluate<number>('document.documentElement.scrollWidth')) - screen.width;
  expect(overhang, `${name}: pixels beyond the screen`).toBeLessThanOrEqual(0);
  if (SCREENSHOTS !== undefined) await photograph(page, join(SCREENSHOTS, name));
}

async function photograph(page: Page, path: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  const before = page.viewportSize();
  for (const [screen, size] of Object.entries(SCREENS)) {
    await page.setViewportSize(size);
    await page.screenshot({ path: `${path}-${screen}.png`, animations: 'disabled' });
  }
  if (before !== null) await page.setViewportSize(before);
}
