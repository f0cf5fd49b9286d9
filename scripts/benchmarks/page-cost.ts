/** What a page costs a phone on a mobile network: JavaScript over the line, the largest paint, what axe finds. */
import type { Page } from 'playwright-core';
import { listViolations } from '../../test/support/browser-access.ts';
import { openBrowser, PHONE } from '../../test/support/browser.ts';
import { createVisits } from '../../test/support/browser-visits.ts';
import type { System } from '../system/system.ts';
import { round } from './figures.ts';

export interface PageCost {
  courtPageJsKiB: number;
  lcpMs: number;
  axeViolations: number;
}

/** What Chromium's own tools call fast 4G: 9 Mbit/s down, 1.5 up, 165 ms there and back. */
const FOUR_G = {
  offline: false,
  downloadThroughput: (9_000_000 / 8) * 0.9,
  uploadThroughput: (1_500_000 / 8) * 0.9,
  latency: 165,
};

/** Runs in the page: when its largest content was painted, milliseconds after the navigation began. */
const LARGEST_PAINT = `new Promise((resolve) => {
  new PerformanceObserver((list) => resolve(list.getEntries().at(-1).startTime))
    .observe({ type: 'largest-contentful-paint', buffered: true });
})`;

/** The court's page at its door, and then with a guest's match on it; the match is stopped. `url`: where the court's code leads. */
export async function measureCourtPage(url: string): Promise<PageCost> {
  const browser = await openBrowser();
  try {
    const page = await (await browser.newContext({ ...PHONE, locale: 'en-GB' })).newPage();
    const readScriptBytes = await countScriptBytes(page);
    await page.goto(url);
    await page.waitForLoadState('networkidle');
    const atDoor = readScriptBytes();
    const lcpMs = await page.evaluate<number>(LARGEST_PAINT);
    const violations = await listViolations(page);
    await page.getByTestId('start-now').tap();
    await page.getByTestId('rec-badge').waitFor();
    violations.push(...(await listViolations(page)));
    await page.getByTestId('stop').tap();
    await page.getByTestId('confirm-yes').tap();
    await page.getByTestId('ready').waitFor();
    violations.push(...(await listViolations(page)));
    const scriptBytes = Math.max(atDoor, readScriptBytes());
    return {
      courtPageJsKiB: round(scriptBytes / 1024, 1),
      lcpMs: round(lcpMs, 0),
      axeViolations: violations.length,
    };
  } finally {
    await browser.close();
  }
}

/** What axe finds on these pages, on a phone. */
export async function countViolations(
  system: System,
  looks: readonly { path: string; role?: string }[],
): Promise<number> {
  const browser = await openBrowser();
  try {
    const visits = createVisits(browser, system);
    /** Each role logs in once. */
    const pages = new Map<string | undefined, Page>();
    let found = 0;
    for (const { path, role } of looks) {
      const login = system.logins.find((candidate) => candidate.role === role);
      const arrive = () => (login === undefined ? visits.arrive() : visits.open(login));
      const page = pages.get(role) ?? (await arrive());
      pages.set(role, page);
      await page.goto(path);
      await page.waitForLoadState('networkidle');
      found += (await listViolations(page)).length;
    }
    await visits.end();
    return found;
  } finally {
    await browser.close();
  }
}

/** Of scripts on this page from now on, over a mobile network. */
async function countScriptBytes(page: Page): Promise<() => number> {
  const network = await page.context().newCDPSession(page);
  const scripts = new Set<string>();
  let bytes = 0;
  network.on('Network.responseReceived', ({ requestId, type }) => {
    if (type === 'Script') scripts.add(requestId);
  });
  network.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) bytes += encodedDataLength;
  });
  await network.send('Network.enable');
  await network.send('Network.emulateNetworkConditions', FOUR_G);
  return () => bytes;
}
