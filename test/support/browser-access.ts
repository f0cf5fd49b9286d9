/** Whether people with poor sight, without a mouse or with a screen reader can use a page, as far as axe-core can tell. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { isLongRun } from '../../edge/test/support/figures.ts';

/** WCAG 2.2 AA is these together. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const SCHEMES = isLongRun ? (['light', 'dark'] as const) : (['light'] as const);
/**
 * Colours that change over a moment are not judged before it, nor in the middle of it. What inherits a colour begins to change
 * when what it inherits from has: one frame later for each step into the page.
 */
const STANDSTILL = `(async () => {
  const isMoving = () => document.getAnimations().some(({ playState }) => playState === 'running');
  for (let still = 0; still < 2; still = isMoving() ? 0 : still + 1) await new Promise(requestAnimationFrame);
})()`;

/** One line for each violation: in a long run in either colour scheme, else in the light one. */
export async function listViolations(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.evaluate(STANDSTILL);
    // No page has a frame: what is found is put together there, and not in a blank page that loads axe-core once more.
    const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] });
    const { violations } = await axe.withTags(RULES).analyze();
    for (const { id, help, nodes } of violations)
      for (const { target, failureSummary } of nodes)
        found.push(`${colorScheme}: ${id}: ${help}: ${target.join(' ')}: ${failureSummary ?? ''}`);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  return found;
}
