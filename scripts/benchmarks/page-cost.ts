/** What a page costs a phone on a mobile network: JavaScript over the line, the largest paint, what axe finds. */
import type { Page } from 'playwright-core';
import { listViolations } from '../../test/support/browser-access.ts';
import { openBrowser, PHONE } from '../../test/support/browser.ts';
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

export async function measurePage(url: string): Promise<PageCost> {
  const browser = await openBrowser();
  try {
    const page = await (await browser.newContext({ ...PHONE, locale: 'en-GB' })).newPage();
    const scriptBytes = await countScriptBytes(page, async () => {
      await page.goto(url);
      await page.waitForLoadState('networkidle');
    });
    const lcpMs = await page.evaluate<number>(LARGEST_PAINT);
    const axeViolations = (await listViolations(page)).length;
    return { courtPageJsKiB: round(scriptBytes / 1024, 1), lcpMs: round(lcpMs, 0), axeViolations };
  } finally {
    await browser.close();
  }
}

async function countScriptBytes(page: Page, load: () => Promise<void>): Promise<number> {
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
  await load();
  return bytes;
}
