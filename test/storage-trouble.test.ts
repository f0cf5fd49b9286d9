/** A storage that refuses the portal, as people see it: named at the match and at its mini-PC, and gone when it is mended. */
import type { RecordStatus } from '@padelvar/shared/portal-api';
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

const WAIT = { timeout: 60_000 };
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

  store.behave(undefined);
  await expect.poll(async () => (await readStatus()).movie, WAIT).toBe('ready');
  await said.waitFor({ state: 'detached', ...WAIT });
  await trouble.waitFor({ state: 'detached', ...WAIT });
});
