/** A storage that refuses the portal, as people see it: named at the match and at its mini-PC, and gone when it is mended. */
import type { Device, RecordStatus } from '@padelvar/shared/portal-api';
import { STORAGE_TROUBLES } from '@padelvar/shared/storage-trouble';
import type { StorageTrouble } from '@padelvar/shared/storage-trouble';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { environmentOf, openTestS3 } from '../cloud/test/support/s3.ts';
import type { TestS3 } from '../cloud/test/support/s3.ts';
import { openUnrulyProxy, refuse } from '../cloud/test/support/unruly-proxy.ts';
import type { UnrulyProxy } from '../cloud/test/support/unruly-proxy.ts';
import { openSession, startRecording, statusOf } from '../scripts/system/match.ts';
import { DESKTOP, openBrowser } from './support/browser.ts';
import { lookAt } from './support/browser-look.ts';
import { createVisits, personOf } from './support/browser-visits.ts';
import type { Visits } from './support/browser-visits.ts';
import { openLab } from './support/lab.ts';
import type { Lab } from './support/lab.ts';
import { loadTexts } from './support/page-texts.ts';

const WAIT = { timeout: 60_000 };
const texts = loadTexts('en-GB');
let s3: TestS3;
let store: UnrulyProxy;
let lab: Lab;
let browser: Browser;
let visits: Visits;

beforeAll(async () => {
  s3 = await openTestS3();
  store = await openUnrulyProxy(s3.server.endpoint);
  lab = await openLab([{ kind: 'rtsp' }], environmentOf(s3, store.endpoint));
  browser = await openBrowser();
  visits = createVisits(browser, lab.system);
});
afterAll(async () => {
  await browser.close();
  await lab.close();
  await store.close();
  await s3.server.close();
});
afterEach(async () => {
  expect(await visits.end()).toEqual([]);
});

/** The page of a match is told of each trouble in turn, as the portal tells it. */
async function seeEachAtMatch(sessionId: string, status: RecordStatus): Promise<void> {
  const page = await visits.open(personOf(lab.system, 'PLAYER'), {
    path: '/account',
    expected: /record\/events/,
  });
  let storage: StorageTrouble = 'denied';
  await page.route(`**/api/video/record/status/${sessionId}`, (route) =>
    route.fulfill({ json: { ...status, storage } }),
  );
  await page.route(`**/api/video/record/events/${sessionId}`, (route) => {
    const data = JSON.stringify({ ...status, storage });
    return route.fulfill({
      ...{ contentType: 'text/event-stream', body: `retry: 50\nevent: status\ndata: ${data}\n\n` },
    });
  });
  await page.goto(`/?tab=record&session=${sessionId}`);
  for (storage of STORAGE_TROUBLES)
    await page.getByText(texts(`storage_${storage}`), { exact: true }).waitFor(WAIT);
}

/** The page of the mini-PCs shows one for each trouble. */
async function seeEachAtDevices(): Promise<void> {
  const page = await visits.open(personOf(lab.system, 'SUPPORT'), { screen: DESKTOP, path: '/account' });
  await page.route('**/api/admin/devices?*', async (route) => {
    const list = (await (await route.fetch()).json()) as { items: Device[] };
    const items = STORAGE_TROUBLES.flatMap((trouble, index) =>
      list.items.map((device) => ({
        ...{ ...device, deviceId: `dev_alpha0000000${String(index)}` },
        storage: { trouble, waiting: index + 2 },
      })),
    );
    await route.fulfill({ json: { ...list, items } });
  });
  await page.goto('/devices');
  for (const [index, trouble] of STORAGE_TROUBLES.entries()) {
    const said = page.locator(`[data-testid=device-storage][data-trouble=${trouble}]`);
    const text = (await said.textContent(WAIT))?.replace(/\s+/g, ' ');
    expect(text).toContain(texts(`storage_fix_${trouble}`));
    expect(text).toContain(texts('storage_waiting', { count: String(index + 2) }));
  }
  await lookAt(page, 'device-storage-all');
}

test('a storage that refuses the portal is named at the match and at its mini-PC, with what to do, until it is mended', async () => {
  const player = await lab.system.login('PLAYER');
  store.behave({ instead: refuse(403, 'AccessDenied') });
  const { sessionId } = await openSession(player, 'court1');
  await startRecording(player, sessionId);
  const readStatus = (): Promise<RecordStatus> => statusOf(player, sessionId);
  await expect.poll(async () => (await readStatus()).elapsedSeconds, WAIT).toBeGreaterThan(3);
  await player.stopRecording(sessionId);

  const match = await visits.open(personOf(lab.system, 'PLAYER'), {
    path: `/?tab=record&session=${sessionId}`,
  });
  const said = match.getByText('The video storage refuses the portal.');
  await said.waitFor(WAIT);
  expect(await said.textContent()).toContain(
    'Whoever runs it must look at its access keys; your match is safe.',
  );
  await lookAt(match, 'match-storage-denied');

  const devices = await visits.open(personOf(lab.system, 'SUPPORT'), { screen: DESKTOP, path: '/devices' });
  const trouble = devices.getByTestId('device-storage');
  await trouble.waitFor(WAIT);
  expect(await trouble.getAttribute('data-trouble')).toBe('denied');
  const text = (await trouble.textContent())?.replace(/\s+/g, ' ');
  expect(text).toContain('Check the access keys, their rights to the bucket and this server’s clock.');
  expect(text).toContain('Matches waiting on this box: 1. They go up by themselves');
  await lookAt(devices, 'device-storage-denied');

  await seeEachAtMatch(sessionId, await readStatus());
  await seeEachAtDevices();

  const system = await visits.open(personOf(lab.system, 'SUPER_ADMIN'), {
    ...{ screen: DESKTOP, path: '/admin/system', expected: /video\/health/ },
  });
  await system.locator('[data-testid=system-storage][data-trouble=denied]').waitFor(WAIT);
  await system.getByTestId('system-parts').getByText('does not work').waitFor();
  await lookAt(system, 'system-storage-denied');

  store.behave(undefined);
  await expect.poll(async () => (await readStatus()).movie, WAIT).toBe('ready');
  await said.waitFor({ state: 'detached', ...WAIT });
  await trouble.waitFor({ state: 'detached', ...WAIT });
});
