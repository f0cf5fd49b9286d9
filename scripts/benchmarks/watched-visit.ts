/** One visit of a browser of one's own, behind a line of 10 Mbit/s from the library on, with nothing of the match in its cache. */
import type { Browser, Page } from 'playwright-core';
import { DESKTOP } from '../../test/support/browser.ts';
import { logIn } from '../../test/support/browser-visits.ts';
import { untilFound } from '../../test/support/driven-browser.ts';
import { openWebKit } from '../../test/support/webkit.ts';
import { untilQuiet, WATCH_FIRST_FRAME } from './player-probe.ts';
import type { Watched } from './player-probe.ts';
import type { StoredMatch } from './stored-match.ts';
import { openWatchedLine } from './watched-line.ts';

const LINE_KBIT_PER_SECOND = 10_000;

export async function visitInChromium<Answer>(
  browser: Browser,
  { origin, login }: StoredMatch,
  act: (watched: Watched, page: Page) => Promise<Answer>,
): Promise<Answer> {
  const line = await openWatchedLine();
  const proxy = { server: line.proxy };
  const context = await browser.newContext({ ...DESKTOP, baseURL: origin, locale: 'en-GB', proxy });
  try {
    const page = await context.newPage();
    await page.addInitScript(WATCH_FIRST_FRAME);
    await page.goto('/?tab=videos');
    await logIn(page, login, '/?tab=videos');
    await page.getByTestId('video-card').first().waitFor();
    await page.waitForLoadState('networkidle');
    line.setKbitPerSecond(LINE_KBIT_PER_SECOND);
    return await act({ line, ask: (expression) => page.evaluate<number>(expression) }, page);
  } finally {
    await context.close();
    await line.close();
  }
}

/** The same in WebKit, on any page of the portal. */
export async function visitInWebKit<Answer>(
  { origin, login }: StoredMatch,
  act: (watched: Watched) => Promise<Answer>,
): Promise<Answer> {
  const line = await openWatchedLine();
  try {
    const browser = await openWebKit({ socksProxy: new URL(line.proxy).host });
    const ask = async (expression: string): Promise<number> => {
      const answer = await browser.run<number | string>(
        `const [, done] = arguments; ${expression}.then(done, (error) => done(String(error)));`,
        '',
      );
      if (typeof answer === 'string') throw new Error(`expected a picture in WebKit, found ${answer}`);
      return answer;
    };
    try {
      await browser.open(`${origin}/account`);
      await browser.type('[data-testid=login-email]', login.email);
      await browser.type('[data-testid=login-password]', login.password);
      await browser.click('[data-testid=login-submit]');
      await untilFound('the page behind the log-in', async () =>
        (await browser.run(ARRIVED, '/account')) === true ? true : undefined,
      );
      await untilQuiet(line);
      line.setKbitPerSecond(LINE_KBIT_PER_SECOND);
      return await act({ line, ask });
    } finally {
      await browser.close();
    }
  } finally {
    await line.close();
  }
}

/** To be run in the page: whether it is the one at that path. */
const ARRIVED = 'const [path, done] = arguments; done(location.pathname === path);';
