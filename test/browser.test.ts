/** The pages in Debian's Chromium, against the built portal and a real edge. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Video } from '@padelvar/shared/portal-api';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { readFrameNumbers } from '../edge/test/support/frame-numbers.ts';
import { TEST_FFMPEG } from '../edge/test/support/test-courts.ts';
import { DESKTOP, openBrowser, openVisitor, PHONE } from './support/browser.ts';
import type { Visitor } from './support/browser.ts';
import {
  logIn,
  openCourt,
  photograph,
  startMatch,
  stopMatch,
  waitUntilElapsed,
} from './support/browser-match.ts';
import { readShownNumber, watchFrames } from './support/browser-picture.ts';
import { findDecodingErrors, pauseInTheMiddle, playFor } from './support/browser-movie.ts';
import { countFrames, openLab, WHOLE } from './support/lab.ts';
import type { Lab } from './support/lab.ts';

const SECONDS = 6;
const FPS = 25;
const OTHER = { email: 'other-player@padelvar.example', name: 'Olga Other', password: 'another-match' };

let lab: Lab;
let browser: Browser;
let visitors: Visitor[] = [];

beforeAll(async () => {
  [lab, browser] = await Promise.all([
    openLab([{ kind: 'rtsp' }, { kind: 'mjpeg' }, { kind: 'still' }]),
    openBrowser(),
  ]);
  const clubIds = [lab.system.clubId];
  await lab.system.admin.request('POST', '/admin/users', { ...OTHER, role: 'PLAYER', clubIds });
});
afterAll(async () => {
  await browser.close();
  await lab.close();
});
afterEach(async () => {
  const troubles = visitors.flatMap((visitor) => visitor.troubles);
  await Promise.all(visitors.map((visitor) => visitor.close()));
  visitors = [];
  expect(troubles).toEqual([]);
});

test('a player records on a phone and takes home the very movie that the edge holds', async () => {
  const page = await visitAs('PLAYER');
  await page.getByTestId('court-court1').waitFor();
  await photograph(page, 'record');
  await expect(page.locator('input[name=duration][value="90"]').isChecked()).resolves.toBe(true);
  const sessionId = await openCourt(page, 'court1', 2);
  const preview = page.getByTestId('preview-image');
  const shown = await watchFrames(preview, 5);
  expect(shown, 'the preview goes forward').toEqual(sortFromFirst(shown));
  await photograph(page, 'preview');

  await startMatch(page);
  await page.locator('[data-fact=growing][data-ok=true]').waitFor();
  await waitUntilElapsed(page, SECONDS);
  const percent = await page.getByTestId('progress').getAttribute('aria-valuenow');
  expect(Number(percent)).toBeGreaterThan(0);
  const before = await preview.screenshot();
  await watchFrames(preview, 3);
  expect(before.equals(await preview.screenshot()), 'the preview stands still').toBe(false);
  await photograph(page, 'recording');

  await page.getByTestId('stop').click();
  await photograph(page, 'stop');
  await page.getByTestId('confirm-no').click();
  await page.getByTestId('rec-badge').waitFor();
  await stopMatch(page);
  await page.getByRole('heading', { name: 'Your match is ready' }).waitFor();
  await photograph(page, 'ready');

  const path = await downloadFrom(page);
  const [saved, held] = await Promise.all([readFile(path), readMovieOfEdge(sessionId)]);
  expect(saved.equals(held), 'saved and held by the edge').toBe(true);
  const found = await countFrames(path, lab.simulator.clip);
  expect(found).toMatchObject(WHOLE);
  expect(found.frames).toBeGreaterThanOrEqual(SECONDS * FPS);

  await page.getByTestId('watch').click();
  const movie = page.getByTestId('video');
  expect(await playFor(movie, 1.5)).toMatchObject({ width: 1280, height: 720 });
  await photograph(page, 'watch');
  const second = await pauseInTheMiddle(movie);
  const numbers = await readFrameNumbers(path, { ffmpegPath: TEST_FFMPEG, clip: lab.simulator.clip });
  const there = numbers[Math.floor(second * FPS)] ?? Number.NaN;
  expect(await readShownNumber(movie)).toBe(there % lab.simulator.clip.frames);

  await page.getByRole('link', { name: 'Videos' }).click();
  const card = page.locator(`[data-testid=video-card][data-session="${sessionId}"]`);
  await card.waitFor();
  await photograph(page, 'videos');
  await card.getByTestId('delete').click();
  await page.getByTestId('confirm-yes').click();
  await card.waitFor({ state: 'detached' });
  await page.reload();
  await page.getByText('No videos yet').waitFor();
});

test('stills carry the preview where the stream does not get through', async () => {
  const page = await visitAs('PLAYER', { expected: /stream\.mjpeg/ });
  await page.route('**/stream.mjpeg*', (route) => route.abort('connectionreset'));
  await openCourt(page, 'court2', 2);
  const club = await visitAs('CLUB_ADMIN', { path: '/?tab=active' });
  await club.getByTestId('session-card').getByText('Camera open').waitFor();
  await photograph(club, 'active');
  const preview = page.getByTestId('preview-image');
  await watchFrames(preview, 5);
  await expect(preview.getAttribute('data-mode')).resolves.toBe('snapshots');
  const perSecond = await countStillsPerSecond(page);
  expect(perSecond).toBeGreaterThan(3);
  expect(perSecond).toBeLessThan(5.5);
  await page.getByTestId('close-camera').click();
  await page.getByTestId('record-form').waitFor();
});

test('MJPEG and still-image courts become movies of 25 frames per second that play', async () => {
  const pages = [await visitAs('PLAYER'), await visitAs(OTHER)] as const;
  const movies = await Promise.all([record(pages[0], 'court2'), record(pages[1], 'court3')]);
  for (const { path, seconds } of movies) {
    expect(await findDecodingErrors(path)).toBe('');
    const { frames, reordered, unreadable } = await countFrames(path, lab.simulator.clip);
    expect({ reordered, unreadable }).toEqual({ reordered: 0, unreadable: 0 });
    expect(Math.abs(frames - seconds * FPS)).toBeLessThanOrEqual(1);
    expect(seconds).toBeGreaterThanOrEqual(SECONDS);
  }
});

test("a player does not see another player's video", async () => {
  const owner = await lab.system.login('PLAYER');
  const { items } = await owner.request<{ items: Video[] }>('GET', '/video/files/list');
  const [sessionId = ''] = items.map((video) => video.sessionId);
  expect(items).toHaveLength(1);
  const page = await visitAs(OTHER, { path: '/?tab=videos', expected: new RegExp(sessionId) });
  await expect.poll(() => page.getByTestId('video-card').count()).toBe(1);
  expect(await page.getByTestId('video-card').getAttribute('data-session')).not.toBe(sessionId);
  await page.goto(`/videos/${sessionId}`);
  await page.getByText('You are not allowed to do this.').first().waitFor();
  expect(await page.getByTestId('video').count()).toBe(0);
  for (const link of ['download', 'download?disposition=inline']) {
    const answer = await page.request.get(`/api/video/files/${sessionId}/${link}`);
    expect(answer.status()).toBe(403);
  }
});

test('a club administrator looks after courts, a super administrator after devices', async () => {
  const club = await visitAs('CLUB_ADMIN', { screen: DESKTOP, path: '/club' });
  await expect.poll(() => club.getByTestId('court-card').count()).toBe(3);
  await photograph(club, 'courts');
  const admin = await visitAs('SUPER_ADMIN', { screen: DESKTOP, path: '/devices' });
  await admin.getByTestId('device-list').getByText('Equipment room').waitFor();
  await photograph(admin, 'devices');
});

interface Visit {
  screen?: BrowserContextOptions;
  path?: string;
  expected?: RegExp;
}

async function visitAs(
  who: string | typeof OTHER,
  { screen = PHONE, path = '/', expected }: Visit = {},
): Promise<Page> {
  const login = typeof who === 'string' ? lab.system.logins.find((candidate) => candidate.role === who) : who;
  if (login === undefined) throw new Error(`no login for ${String(who)}`);
  const visitor = await openVisitor(browser, {
    origin: lab.system.origin,
    screen,
    ...(expected === undefined ? {} : { expected }),
  });
  visitors.push(visitor);
  await logIn(visitor.page, login, path);
  return visitor.page;
}

/** A match of its own, watched and saved. */
async function record(page: Page, courtId: string): Promise<{ path: string; seconds: number }> {
  await openCourt(page, courtId, 2);
  await watchFrames(page.getByTestId('preview-image'), 3);
  await startMatch(page);
  await waitUntilElapsed(page, SECONDS);
  await stopMatch(page);
  const path = await downloadFrom(page);
  await page.getByTestId('watch').click();
  const { seconds } = await playFor(page.getByTestId('video'), 1.5);
  return { path, seconds };
}

async function downloadFrom(page: Page): Promise<string> {
  const started = page.waitForEvent('download');
  await page.getByTestId('download').click();
  const download = await started;
  expect(download.suggestedFilename()).toMatch(/\.mp4$/);
  const path = join(lab.folder, download.suggestedFilename());
  await download.saveAs(path);
  return path;
}

async function readMovieOfEdge(sessionId: string): Promise<Buffer> {
  const response = await fetch(`${lab.system.lanOrigin}/api/sessions/${sessionId}/movie`);
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}

async function countStillsPerSecond(page: Page): Promise<number> {
  const isStill = (url: string): boolean => url.includes('/snapshot.jpg');
  const nextStill = (): Promise<unknown> => page.waitForResponse((response) => isStill(response.url()));
  await nextStill();
  const beganMs = performance.now();
  for (let index = 0; index < 10; index += 1) await nextStill();
  return 10_000 / (performance.now() - beganMs);
}

/** Frame numbers as they come when time runs forward: rising, but starting over once at the clip's end. */
function sortFromFirst(numbers: readonly number[]): number[] {
  const [first = 0] = numbers;
  const { frames } = lab.simulator.clip;
  const ahead = (number: number): number => (number - first + frames) % frames;
  return [...numbers].sort((left, right) => ahead(left) - ahead(right));
}
