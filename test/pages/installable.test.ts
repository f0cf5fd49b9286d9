/** The portal as an app on the home screen: its manifest, and a service worker that keeps out of the way of movies. */
import type { Page, Response } from 'playwright-core';
import { expect, vi } from 'vitest';
import { openSession, startRecording, stopAndWait } from '../../scripts/system/match.ts';
import { listViolations } from '../support/browser-access.ts';
import { lookAt } from '../support/browser-look.ts';
import { playFor } from '../support/browser-movie.ts';
import { test } from '../support/page-test.ts';

interface Manifest {
  start_url: string;
  icons: { src: string; type: string; sizes: string; purpose?: string }[];
}

test('the manifest names icons of the sizes that it says, maskable ones too', async ({ visits }) => {
  const page = await visits.arrive();
  await page.goto('/login');
  const href = (await page.locator('link[rel=manifest]').getAttribute('href')) ?? '';
  const manifest = (await (await page.request.get(href)).json()) as Manifest;
  expect(manifest.start_url).toBe('/');
  expect(manifest.icons.map(({ purpose }) => purpose)).toContain('maskable');
  const pictures = manifest.icons.filter(({ type }) => type === 'image/png');
  expect(pictures.map(({ sizes }) => sizes).sort()).toEqual(['192x192', '192x192', '512x512', '512x512']);
  for (const { src, sizes } of pictures) {
    const png = await (await page.request.get(src)).body();
    expect(`${String(png.readUInt32BE(16))}x${String(png.readUInt32BE(20))}`).toBe(sizes);
  }
});

/** Resolves once the worker has taken the page over. */
const takeOver = (page: Page): Promise<unknown> =>
  page.evaluate(`new Promise((resolve) => {
    const { serviceWorker } = navigator;
    if (serviceWorker.controller !== null) resolve(true);
    else serviceWorker.addEventListener('controllerchange', () => resolve(true), { once: true });
  })`);

test('[immich PR 29823] movies, ranges, events and the API go past the service worker; only the shell is kept', async ({
  lab,
  visits,
}) => {
  const player = await lab.system.login('PLAYER');
  const { sessionId } = await openSession(player, 'court1');
  await startRecording(player, sessionId);
  await stopAndWait(player, sessionId);
  const who = lab.system.logins.find(({ role }) => role === 'PLAYER');
  if (who === undefined) throw new Error('no login for a player');
  const page = await visits.open(who);
  await takeOver(page);
  const answers: Response[] = [];
  page.on('response', (answer) => answers.push(answer));
  await page.goto(`/videos/${sessionId}`);
  await playFor(page.getByTestId('video'), 0.3);
  await page.goto(`/match/${sessionId}`);
  await vi.waitFor(() => {
    expect(answers.some((answer) => answer.url().includes('/record/'))).toBe(true);
  });
  const ofWorker = answers.filter((answer) => answer.fromServiceWorker());
  const paths = ofWorker.map((answer) => new URL(answer.url()).pathname);
  expect(paths.some((path) => path.startsWith('/_app/immutable/'))).toBe(true);
  expect(paths.filter((path) => /^\/(api|mqtt)\//.test(path))).toEqual([]);
  expect(ofWorker.filter((answer) => answer.status() === 206)).toEqual([]);
  const movies = answers.filter((answer) => new URL(answer.url()).pathname.endsWith('/download'));
  expect(movies.some((answer) => answer.status() === 206)).toBe(true);
  const kept = await page.evaluate<string[]>(`(async () => {
    const stores = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
    const requests = (await Promise.all(stores.map((store) => store.keys()))).flat();
    return requests.map(({ url }) => new URL(url).pathname);
  })()`);
  expect(kept).toContain('/offline.html');
  expect(kept.filter((path) => path !== '/offline.html' && !path.startsWith('/_app/immutable/'))).toEqual([]);
});

test('without a line a page says so in three languages, and comes back with the line', async ({ visits }) => {
  const page = await visits.arrive({ expected: /ERR_INTERNET_DISCONNECTED/ });
  await page.goto('/login');
  await takeOver(page);
  await page.context().setOffline(true);
  await page.goto('/register');
  for (const text of ['No connection', 'Pas de connexion', 'Sin conexión'])
    await page.getByRole('heading', { name: text }).waitFor();
  expect(await listViolations(page)).toEqual([]);
  await lookAt(page, 'offline');
  await page.context().setOffline(false);
  await page.getByRole('link').click();
  await page.getByTestId('register-email').waitFor();
});

test('what an older build kept goes with it, and none of its pages is shown', async ({ visits }) => {
  const page = await visits.arrive();
  await page.goto('/login');
  await takeOver(page);
  await page.evaluate(`(async () => {
    const registration = await navigator.serviceWorker.ready;
    await registration.unregister();
    const old = await caches.open('shell-of-an-older-build');
    await old.put('/login', new Response('an old page'));
  })()`);
  await page.reload();
  await page.getByTestId('login-email').waitFor();
  await expect.poll(() => page.evaluate<string[]>('caches.keys()')).not.toContain('shell-of-an-older-build');
});
