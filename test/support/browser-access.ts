/** Whether people with poor sight, without a mouse or with a screen reader can use a page, as far as axe-core can tell. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/** WCAG 2.2 AA is these together. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const SCHEMES = ['light', 'dark'] as const;

/** One line for each violation, in either colour scheme. */
export async function listViolations(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    // Colours that change over a moment are not judged before it, nor in the middle of it.
    await page.evaluate(
      'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))',
    );
    await page.evaluate('Promise.allSettled(document.getAnimations().map(({ finished }) => finished))');
    const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
    for (const { id, help, nodes } of violations)
      for (const { target, failureSummary } of nodes)
        found.push(`${colorScheme}: ${id}: ${help}: ${target.join(' ')}: ${failureSummary ?? ''}`);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  return found;
}
