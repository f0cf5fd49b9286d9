/** People at the pages of one system, each in a browser of their own; their troubles are everybody's. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { Login, System } from '../../scripts/system/system.ts';
import { openVisitor, PHONE } from './browser.ts';
import type { Visitor } from './browser.ts';

export type Person = Pick<Login, 'email' | 'password'>;

export interface Visit {
  /** A phone's where left out. */
  screen?: BrowserContextOptions;
  /** The page that is asked for; the dashboard where left out. */
  path?: string;
  /** Troubles that this visit is about. */
  expected?: RegExp;
}

export interface Visits {
  /** Logged in, at the page asked for. */
  open(who: Person, visit?: Visit): Promise<Page>;
  /** Ends all visits; answers what went wrong in them. */
  end(): Promise<string[]>;
}

export function createVisits(browser: Browser, { origin }: Pick<System, 'origin'>): Visits {
  let visitors: Visitor[] = [];
  return {
    async open(who, { screen = PHONE, path = '/', expected } = {}) {
      const visitor = await openVisitor(browser, {
        ...{ origin, screen },
        ...(expected === undefined ? {} : { expected }),
      });
      visitors.push(visitor);
      await logIn(visitor.page, who, path);
      return visitor.page;
    },
    async end() {
      const troubles = visitors.flatMap((visitor) => visitor.troubles);
      await Promise.all(visitors.map((visitor) => visitor.close()));
      visitors = [];
      return troubles;
    },
  };
}

/** Asks for a page and is led there by way of the log-in. */
async function logIn(page: Page, { email, password }: Person, path: string): Promise<void> {
  await page.goto(path);
  await page.getByTestId('login-email').fill(email);
  await page.getByTestId('login-password').fill(password);
  await page.keyboard.press('Enter');
  await page.waitForURL(({ pathname, search }) => `${pathname}${search}` === path);
}
