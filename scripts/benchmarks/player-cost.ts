/**
 * What watching a stored match costs, in Chromium behind a line of 10 Mbit/s with nothing of the match in its cache: the
 * first frame in the page's player and as a plain file, and seeks in the player. The plain file in WebKit, too.
 */
import type { Browser, Page } from 'playwright-core';
import { DESKTOP } from '../../test/support/browser.ts';
import { logIn } from '../../test/support/browser-visits.ts';
import { untilFound } from '../../test/support/driven-browser.ts';
import { openWebKit } from '../../test/support/webkit.ts';
import { percentile } from './figures.ts';
import { playPlainFile, seekAndWait, WATCH_FIRST_FRAME } from './player-probe.ts';
import type { SeekFigures } from './player-probe.ts';
import { openWatchedLine } from './watched-line.ts';
import type { WatchedLine } from './watched-line.ts';

export interface PlayerCost {
  firstFrameMs: number;
  seekMs: { keyframe: number; exact: number };
  /** Of the exact seek that fetched most, until nothing more was fetched. */
  seekBytes: number;
}

export interface StoredMatch {
  origin: string;
  login: { email: string; password: string };
  sessionId: string;
  seconds: number;
  gopSeconds: number;
}

const LINE_KBIT_PER_SECOND = 10_000;
const ROUNDS = 3;
/** Places of the seeks as shares of the match, and how far into their group of pictures the exact ones are. */
const PLACES = [0.5, 0.9, 0.15];
const INTO_GROUP = [0.5, 0.2, 0.8];
const FRAME_SECONDS = 0.04;

export async function measurePlayer(browser: Browser, match: StoredMatch): Promise<PlayerCost> {
  const firstFrames = await repeatVisit(browser, match, openFromLibrary);
  const seeks = await visit(browser, match, async (page, line) => {
    await openFromLibrary(page, match);
    const keyframe: SeekFigures[] = [];
    const exact: SeekFigures[] = [];
    for (const [index, place] of PLACES.entries()) {
      const groupAt = (share: number): number =>
        Math.round((share * match.seconds) / match.gopSeconds) * match.gopSeconds;
      const frames = Math.floor(((INTO_GROUP[index] ?? 0) * match.gopSeconds) / FRAME_SECONDS);
      keyframe.push(await seekAndWait(page, line, groupAt(place) + FRAME_SECONDS / 2));
      exact.push(await seekAndWait(page, line, groupAt(place + 0.05) + (frames + 0.5) * FRAME_SECONDS));
    }
    return { keyframe, exact };
  });
  return {
    firstFrameMs: median(firstFrames),
    seekMs: {
      keyframe: median(seeks.keyframe.map(({ ms }) => ms)),
      exact: median(seeks.exact.map(({ ms }) => ms)),
    },
    seekBytes: Math.max(...seeks.exact.map(({ bytes }) => bytes)),
  };
}

/** Milliseconds until the first frame of the plain file. */
export async function measurePlain(browser: Browser, match: StoredMatch): Promise<number> {
  return median(await repeatVisit(browser, match, openPlainFile));
}

/** The same in WebKit. */
export async function measurePlainInWebKit(match: StoredMatch): Promise<number> {
  const all: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) all.push(await visitInWebKit(match));
  return median(all);
}

async function visitInWebKit({ origin, login, sessionId }: StoredMatch): Promise<number> {
  const line = await openWatchedLine();
  try {
    const browser = await openWebKit({ socksProxy: new URL(line.proxy).host });
    try {
      await browser.open(`${origin}/account`);
      await browser.type('[data-testid=login-email]', login.email);
      await browser.type('[data-testid=login-password]', login.password);
      await browser.click('[data-testid=login-submit]');
      await untilFound('the page behind the log-in', async () =>
        (await browser.run(ARRIVED, '/account')) === true ? true : undefined,
      );
      line.setKbitPerSecond(LINE_KBIT_PER_SECOND);
      const tookMs = await browser.run<number | string>(
        `const [, done] = arguments; ${playPlainFile(plainPath(sessionId))}.then(done, (error) => done(String(error)));`,
        '',
      );
      if (typeof tookMs === 'string') throw new Error(`expected a picture in WebKit, found ${tookMs}`);
      return tookMs;
    } finally {
      await browser.close();
    }
  } finally {
    await line.close();
  }
}

/** To be run in the page: whether it is the one at that path. */
const ARRIVED = 'const [path, done] = arguments; done(location.pathname === path);';

async function repeatVisit(
  browser: Browser,
  match: StoredMatch,
  open: (page: Page, match: StoredMatch) => Promise<number>,
): Promise<number[]> {
  const all: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    all.push(await visit(browser, match, (page) => open(page, match)));
  return all;
}

function median(values: readonly number[]): number {
  return Math.round(percentile(values, 50));
}

/** In a browser of one's own: logged in, in the library, then on the slow line. */
async function visit<Answer>(
  browser: Browser,
  { origin, login }: StoredMatch,
  act: (page: Page, line: WatchedLine) => Promise<Answer>,
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
    return await act(page, line);
  } finally {
    await context.close();
    await line.close();
  }
}

/** Milliseconds from the click on its card until its first picture. */
async function openFromLibrary(page: Page, { sessionId }: StoredMatch): Promise<number> {
  await page.locator(`[data-testid=video-card][data-session="${sessionId}"]`).getByTestId('watch').click();
  return page.evaluate<number>('firstFrame()');
}

/** Milliseconds from its address being given to a `<video>` until its first picture. */
function openPlainFile(page: Page, { sessionId }: StoredMatch): Promise<number> {
  return page.evaluate<number>(playPlainFile(plainPath(sessionId)));
}

function plainPath(sessionId: string): string {
  return `/api/video/files/${sessionId}/download?disposition=inline`;
}
