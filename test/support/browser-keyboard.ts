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
  const isInside = left >= 0 && top >= 0 && right <= view.innerWidth && bottom <= view.innerHeight;
  if (!isInside) return `off the screen: ${focused.outerHTML.slice(0, 200)}`;
  const there = ownerDocument.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  const isFree = there !== null && (focused.contains(there) || there.contains(focused));
  return isFree ? 'seen' : `covered by ${there?.outerHTML.slice(0, 200) ?? 'nothing'}`;
}

function describeFocus(page: Page): Promise<string> {
  return page.evaluate<string>(
    '((e) => e === null ? "nothing" : (e.dataset.testid ?? e.id) || `${e.tagName} ${e.textContent.trim().slice(0, 30)}`)(document.activeElement)',
  );
}
