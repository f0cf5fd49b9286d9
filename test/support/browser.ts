/** Debian's Chromium for the tests of the pages, and the people who use it: each logged in apart, and watched for errors. */
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page, Request } from 'playwright-core';
import { isLongRun } from '../../edge/test/support/figures.ts';

/**
 * The browser as people have it in the long run and the benchmarks. Else the same one without windows, whose frames are pages
 * of their own: six visits take 3.8 s of a processor with them, 0.8 s without.
 */
const ALIKE = isLongRun ? '/usr/bin/chromium' : '/usr/bin/chromium-headless-shell';
const CHROMIUM = process.env['PADELVAR_CHROMIUM'] ?? ALIKE;
const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];
/** Without a graphics card a badge that throbs takes an eighth of a processor, which tests in the usual run share. */
const MOTION = isLongRun ? {} : ({ reducedMotion: 'reduce' } as const);
const ACTION_MS = 15_000;

/** A folder for pictures of the pages, where somebody wants to look at them. */
export const SCREENSHOTS = process.env['PADELVAR_SCREENSHOTS'];

/** Four pixels are drawn for one only where somebody looks: without a graphics card the processor draws each. */
export const PHONE = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: SCREENSHOTS === undefined ? 1 : 2,
  hasTouch: true,
  isMobile: true,
};
export const DESKTOP = { viewport: { width: 1280, height: 800 } };

export interface Visitor {
  readonly page: Page;
  /** Errors on the console, scripts that threw, requests that failed, and answers from 400 up, so far. */
  readonly troubles: readonly string[];
  close(): Promise<void>;
}

export interface VisitorOptions {
  origin: string;
  screen: BrowserContextOptions;
  /** Troubles that this visit is about, as they are listed. */
  expected?: RegExp;
  locale?: string;
  /** The machine's where left out. */
  timeZone?: string;
}

/** With a fresh profile, which goes when the browser is closed. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, headless: true, args: FLAGS });
}

/** A browser of one's own: no cookie, nothing stored. */
export async function openVisitor(
  browser: Browser,
  { origin, screen, expected, locale = 'en-GB', timeZone }: VisitorOptions,
): Promise<Visitor> {
  const zone = timeZone === undefined ? {} : { timezoneId: timeZone };
  const context = await browser.newContext({ ...screen, ...zone, ...MOTION, baseURL: origin, locale });
  context.setDefaultTimeout(ACTION_MS);
  const troubles: string[] = [];
  watchForTroubles(context, (trouble) => {
    if (expected?.test(trouble) !== true) troubles.push(trouble);
  });
  const close = async (): Promise<void> => {
    // What a test answers in the portal's place may be on its way.
    for (const page of context.pages()) await page.unrouteAll({ behavior: 'ignoreErrors' });
    await context.close();
  };
  return { page: await context.newPage(), troubles, close };
}

function watchForTroubles(context: BrowserContext, report: (trouble: string) => void): void {
  context.on('console', (message) => {
    if (message.type() === 'error') report(`console: ${message.text()} (${message.location().url})`);
  });
  context.on('weberror', (thrown) => report(`thrown: ${thrown.error().stack ?? thrown.error().message}`));
  context.on('requestfailed', (request) => {
    if (!isBrokenOff(request)) report(`failed: ${request.url()}: ${request.failure()?.errorText ?? ''}`);
  });
  context.on('response', (response) => {
    if (response.status() >= 400) report(`answer: ${String(response.status())} ${response.url()}`);
  });
}

/**
 * What the page itself ends: whatever it reads when it moves on, a live picture or data asked for ahead, a movie's range when
 * the player seeks, and the page load that turns into a download. A server that breaks off makes another error, and what
 * changes something is never to be ended.
 */
function isBrokenOff(request: Request): boolean {
  return request.method() === 'GET' && request.failure()?.errorText === 'net::ERR_ABORTED';
}
