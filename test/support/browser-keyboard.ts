/** Somebody without a mouse: Tab to what is wanted, which must then be seen to have the focus, and the keys that work it. */
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/** More Tabs than any page takes from one of its ends to the other. */
const MOST_TABS = 80;

/** As much of the page's elements as is asked for here. */
interface PageElement {
  readonly ownerDocument: {
    readonly activeElement: PageElement | null;
    readonly defaultView: PageWindow;
    elementFromPoint(x: number, y: number): PageElement | null;
  };
  readonly outerHTML: string;
  readonly nextElementSibling: PageElement | null;
  matches(selector: string): boolean;
  contains(other: PageElement | null): boolean;
  closest(selector: string): PageElement | null;
  getBoundingClientRect(): { left: number; top: number; right: number; bottom: number };
}
interface PageWindow {
  readonly innerWidth: number;
  readonly innerHeight: number;
  getComputedStyle(element: PageElement): { outlineStyle: string; outlineWidth: string };
}

/** Goes there by Tab, or by Shift+Tab; fails where the keyboard does not come to it, or where the focus is not seen there. */
export async function tabTo(page: Page, wanted: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  await wanted.waitFor();
  const passed: string[] = [];
  for (let tabs = 0; tabs < MOST_TABS; tabs += 1) {
    if (await hasFocus(wanted)) return expectSeenFocus(page);
    await page.keyboard.press(key);
    passed.push(await describeFocus(page));
  }
  throw new Error(`expected ${key} to come to ${String(wanted)}, passed ${passed.join(', ')}`);
}

/** Tab to it, then Enter. */
export async function enter(page: Page, wanted: Locator): Promise<void> {
  await tabTo(page, wanted);
  await page.keyboard.press('Enter');
}

/** Tab to a field, and what is typed into it. */
export async function typeInto(page: Page, field: Locator, text: string): Promise<void> {
  await tabTo(page, field);
  await page.keyboard.type(text);
}

/** The focus is somewhere in `around`, and is seen there: nobody has to look for it. */
export async function expectFocusIn(page: Page, around: Locator): Promise<void> {
  const isIn = (): Promise<boolean> =>
    around.evaluate((one: PageElement) => one.contains(one.ownerDocument.activeElement));
  await expect.poll(isIn).toBe(true);
  await expectSeenFocus(page);
}

/** That very element has the focus, and is seen to have it. */
export async function expectFocus(page: Page, element: Locator): Promise<void> {
  await expect.poll(() => hasFocus(element)).toBe(true);
  await expectSeenFocus(page);
}

/** Once round a dialog: Tab never leaves it, and comes back to where it began. Answers how many stops it has. */
export async function tabRound(page: Page, dialog: Locator): Promise<number> {
  await expectFocusIn(page, dialog);
  const first = await describeFocus(page);
  for (let stops = 1; stops <= MOST_TABS; stops += 1) {
    await page.keyboard.press('Tab');
    await expectFocusIn(page, dialog);
    if ((await describeFocus(page)) === first) return stops;
  }
  throw new Error(`expected Tab to come back to ${first}`);
}

function hasFocus(element: Locator): Promise<boolean> {
  return element.evaluate((one: PageElement) => one.ownerDocument.activeElement === one);
}

/** What a keyboard works: of a group of choices, or of anything that arrow keys move in, the one that Tab comes to. */
const CONTROLS = `[...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')].filter(
  (one) => one.tabIndex >= 0 && !one.disabled && one.type !== 'hidden' && one.closest('[inert]') === null &&
    one.checkVisibility({ visibilityProperty: true }) &&
    (one.type !== 'radio' || one === tabStopOf(one.name)))`;
const TAB_STOP = `(name) => document.querySelector('[name="' + name + '"]:checked') ?? document.querySelector('[name="' + name + '"]')`;
const NAMED = `((one) => one.outerHTML.replaceAll(/\\s+/g, ' ').slice(0, 160))`;

/** Once through the whole page by Tab: answers which of its controls are passed over, and where the focus is not seen. */
export async function tabThrough(page: Page): Promise<string[]> {
  await page.evaluate(
    `tabStopOf = ${TAB_STOP}; untouched = new Set(${CONTROLS}); document.activeElement?.blur(); scrollTo(0, 0);`,
  );
  const complaints: string[] = [];
  const controls = await page.evaluate<number>('untouched.size');
  for (let tabs = 0; tabs < 2 * controls + 10; tabs += 1) {
    await page.keyboard.press('Tab');
    const left = await page.evaluate<number>(`untouched.delete(document.activeElement), untouched.size`);
    const judged = await judgeSoon(page);
    if (judged !== 'seen') complaints.push(judged);
    if (left === 0) break;
  }
  const passedOver = await page.evaluate<string[]>(
    `[...untouched].filter((one) => one.isConnected).map(${NAMED})`,
  );
  return [...complaints, ...passedOver.map((one) => `never reached: ${one}`)];
}

/** A page scrolls and fades for a moment, and takes away what it draws anew. Behind its last control nothing has the focus. */
async function judgeSoon(page: Page): Promise<string> {
  let judged = '';
  for (let looks = 0; looks < 10; looks += 1) {
    const focused = await page.$(':focus');
    judged = (await focused?.evaluate(judgeFocus)) ?? 'seen';
    if (judged === 'seen') break;
    await page.waitForTimeout(50);
  }
  return judged;
}

/** The element with the focus looks like it, is on the screen, and nothing lies over it. */
async function expectSeenFocus(page: Page): Promise<void> {
  const focused = page.locator(':focus');
  await expect.poll(() => focused.evaluate(judgeFocus), { timeout: 3000 }).toBe('seen');
}

/** Runs in the page. A switch's and a choice's outline is drawn by what stands beside or around their input. */
function judgeFocus(focused: PageElement): string {
  const { ownerDocument } = focused;
  const { defaultView: view } = ownerDocument;
  if (!focused.matches(':focus-visible')) return `not :focus-visible: ${focused.outerHTML.slice(0, 200)}`;
  const drawn = [focused, focused.nextElementSibling, focused.closest('label')].some((element) => {
    if (element === null) return false;
    const { outlineStyle, outlineWidth } = view.getComputedStyle(element);
    return outlineStyle !== 'none' && outlineWidth !== '0px';
  });
  if (!drawn) return `no outline: ${focused.outerHTML.slice(0, 200)}`;
  const { left, top, right, bottom } = focused.getBoundingClientRect();
  // A browser that scrolls to what has the focus may leave a part of a pixel outside.
  const isInside = left > -1 && top > -1 && right < view.innerWidth + 1 && bottom < view.innerHeight + 1;
  if (!isInside) return `off the screen: ${focused.outerHTML.slice(0, 200)}`;
  const there = ownerDocument.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  const around = focused.closest('label') ?? focused;
  const isFree = there !== null && (around.contains(there) || there.contains(focused));
  return isFree ? 'seen' : `covered by ${there?.outerHTML.slice(0, 200) ?? 'nothing'}`;
}

function describeFocus(page: Page): Promise<string> {
  return page.evaluate<string>(
    '((e) => e === null ? "nothing" : (e.dataset.testid ?? e.id) || `${e.tagName} ${e.textContent.trim().slice(0, 30)}`)(document.activeElement)',
  );
}
