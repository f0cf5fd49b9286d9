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
  /** The browser's language; English where left out. */
  locale?: string;
  /** The zone of the browser's clock; the machine's where left out. */
  timeZone?: string;
}

export interface Visits {
  /** Not logged in, and at no page yet. */
  arrive(visit?: Omit<Visit, 'path'>): Promise<Page>;
  /** Logged in already, at the page asked for. */
  open(who: Person, visit?: Visit): Promise<Page>;
  /** By the log-in page, which leads to the page asked for. */
  openAt(who: Person, path?: string, visit?: Omit<Visit, 'path'>): Promise<Page>;
  /** Ends all visits; answers what went wrong in them. */
  end(): Promise<string[]>;
}

export function createVisits(browser: Browser, { origin }: Pick<System, 'origin'>): Visits {
  let visitors: Visitor[] = [];
  const arrive: Visits['arrive'] = async ({ screen = PHONE, expected, locale, timeZone } = {}) => {
    const visitor = await openVisitor(browser, {
      ...{ origin, screen },
      ...(expected === undefined ? {} : { expected }),
      ...(locale === undefined ? {} : { locale }),
      ...(timeZone === undefined ? {} : { timeZone }),
    });
    visitors.push(visitor);
    return visitor.page;
  };
  return {
    arrive,
    async open({ email, password }, { path = '/', ...visit } = {}) {
      const page = await arrive(visit);
      const headers = { origin };
      const answer = await page.request.post('/api/auth/login', { data: { email, password }, headers });
      if (!answer.ok()) throw new Error(`log-in of ${email}: ${String(answer.status())}`);
      await page.goto(path);
      return page;
    },
    async openAt(who, path = '/', visit = {}) {
      const page = await arrive(visit);
      await page.goto(`/login?next=${encodeURIComponent(path)}`);
      await logIn(page, who, path);
      return page;
    },
    async end() {
      const troubles = visitors.flatMap((visitor) => visitor.troubles);
      await Promise.all(visitors.map((visitor) => visitor.close()));
      visitors = [];
      return troubles;
    },
  };
}

/** Who has that role. */
export function personOf({ logins }: Pick<System, 'logins'>, role: string): Login {
  const person = logins.find((login) => login.role === role);
  if (person === undefined) throw new Error(`no login for ${role}`);
  return person;
}

/** At the log-in page; it leads to the page that was asked for. */
export async function logIn(page: Page, { email, password }: Person, path: string): Promise<void> {
  await page.getByTestId('login-email').fill(email);
  await page.getByTestId('login-password').fill(password);
  await page.getByTestId('login-submit').click();
  await page.waitForURL(({ pathname, search }) => `${pathname}${search}` === path);
}
