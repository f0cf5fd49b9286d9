/**
 * The stored movie as its own stream, in the page's player: Debian's Chromium, the built portal, a real edge, and an S3
 * server that is not ours, at another origin than the page.
 */
import type { Video } from '@padelvar/shared/portal-api';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { environmentOf, openTestS3 } from '../cloud/test/support/s3.ts';
import type { TestS3 } from '../cloud/test/support/s3.ts';
import { openUnrulyProxy } from '../cloud/test/support/unruly-proxy.ts';
import type { UnrulyProxy } from '../cloud/test/support/unruly-proxy.ts';
import { readFrameNumbers } from '../edge/test/support/frame-numbers.ts';
import { TEST_FFMPEG } from '../edge/test/support/test-courts.ts';
import type { ApiClient } from '../scripts/system/api-client.ts';
import { poll } from '../scripts/system/processes.ts';
import { openBrowser } from './support/browser.ts';
import { lookAt } from './support/browser-look.ts';
import { playWholeMatch } from './support/browser-match.ts';
import { pauseInTheMiddle, playFor } from './support/browser-movie.ts';
import { readShownNumber } from './support/browser-picture.ts';
import { createVisits } from './support/browser-visits.ts';
import type { Visits } from './support/browser-visits.ts';
import { openLab } from './support/lab.ts';
import type { Lab } from './support/lab.ts';

const FPS = 25;
const RANGE = { range: 'bytes=0-0' };
const WAIT = { timeout: 20_000 };
/** A link that nobody renews ends before the movie does. */
const LINK_SECONDS = 2;
let lab: Lab;
let browser: Browser;
let visits: Visits;

let s3: TestS3;
/** Where browsers and devices find the bucket. */
let store: UnrulyProxy;

beforeAll(async () => {
  s3 = await openTestS3();
  store = await openUnrulyProxy(s3.server.endpoint);
  lab = await openLab([{ kind: 'rtsp' }], {
    ...environmentOf(s3, store.endpoint),
    PADELVAR_PLAY_LINK_SECONDS: String(LINK_SECONDS),
  });
  browser = await openBrowser();
  visits = createVisits(browser, lab.system);
});
afterAll(async () => {
  await browser.close();
  await lab.close();
  await store.close();
  await s3.server.close();
});

test('the page plays the stored file past the end of its links, seeks in it, and falls back to the file itself', async () => {
  const player = lab.system.logins.find(({ role }) => role === 'PLAYER');
  if (player === undefined) throw new Error('expected a player');
  // A download takes its request from the page, and going to another page breaks off what is being fetched.
  // Links that have ended, and a bucket without a CORS rule, are told in the console, too.
  const expected = /ERR_ABORTED|CORS policy|ERR_FAILED|X-Amz-Signature/;
  const recording = await visits.open(player, { expected });
  const { path } = await playWholeMatch(recording, { courtId: 'court1', seconds: 8, folder: lab.folder });
  const { sessionId } = await waitForStream(await lab.system.login('PLAYER'));

  const page = await visits.open(player, { expected });
  let pieces = 0;
  let link = '';
  const hasEnded = async (): Promise<number> => (await fetch(link, { headers: RANGE })).status;
  page.on('response', (response) => {
    const isOfStore = new URL(response.url()).origin === store.endpoint;
    if (!isOfStore || response.status() !== 206) return;
    pieces += 1;
    link = response.url();
  });
  await page.goto('/?tab=videos');
  const thumbnail = page.getByTestId('thumbnail');
  const widthOf = () => thumbnail.evaluate((image: { naturalWidth: number }) => image.naturalWidth);
  await expect.poll(widthOf, WAIT).toBeGreaterThan(0);
  await lookAt(page, 'thumbnail');
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url().replace(/^.*\/|\?.*$/g, '')));
  await page.goto(`/videos/${sessionId}`);
  const movie = page.getByTestId('video');
  await expect.poll(() => sourceOf(movie), WAIT).toMatch(/^blob:/);
  await expect.poll(() => pieces, WAIT).toBeGreaterThan(0);
  await expect.poll(hasEnded, WAIT).toBe(403);
  // The first piece is under way before the player reads the playlist, which names it the init segment; it comes once.
  const ofMovie = asked.filter((name) => ['playlist.m3u8', 'download', 'init.mp4'].includes(name));
  expect(ofMovie).toEqual(['playlist.m3u8', 'download', 'init.mp4']);
  expect(pieces).toBe(1);
  const { seconds } = await playFor(movie, 6);
  expect(seconds).toBeGreaterThan(7);
  expect(await sourceOf(movie)).toMatch(/^blob:/);
  expect(pieces).toBeGreaterThan(1);
  await page.getByTestId('seek').hover();
  await page.getByTestId('seek-preview').waitFor();
  await lookAt(page, 'storyboard');

  const second = await pauseInTheMiddle(movie);
  const numbers = await readFrameNumbers(path, { ffmpegPath: TEST_FFMPEG, clip: lab.simulator.clip });
  const there = numbers[Math.floor(second * FPS)] ?? Number.NaN;
  expect(await readShownNumber(movie)).toBe(there % lab.simulator.clip.frames);

  await page.route('**/playlist.m3u8', (route) => route.fulfill({ status: 200, body: 'no playlist' }));
  await page.reload();
  await expect.poll(() => sourceOf(movie), WAIT).toMatch(/download\?disposition=inline$/);
  await playFor(movie, 1);
  await expect.poll(hasEnded, WAIT).toBe(403);
  await playFor(movie, 6);
  expect(await page.getByTestId('unplayable').count()).toBe(0);
  await page.unroute('**/playlist.m3u8');

  store.behave({ withoutCors: true });
  await page.reload();
  await expect.poll(() => sourceOf(movie), WAIT).toMatch(/download\?disposition=inline$/);
  await playFor(movie, 1);
  store.behave(undefined);

  await page.route(`**/api/video/files/${sessionId}`, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ json: { ...((await answer.json()) as Video), codec: 'hvc1' } });
  });
  await page.reload();
  await page.getByText('recorded in H.265').waitFor();
  await lookAt(page, 'h265');
  expect(await movie.count()).toBe(0);
  const download = page.getByTestId('unplayable-download');
  expect(await download.getAttribute('href')).toBe(`/api/video/files/${sessionId}/download`);
  expect(await visits.end()).toEqual([]);
});

const sourceOf = (movie: Locator): Promise<string> =>
  movie.evaluate((element: { currentSrc: string }) => element.currentSrc);

/** What lies beside a movie arrives after it. */
async function waitForStream(player: ApiClient): Promise<Video> {
  const find = async (): Promise<Video | undefined> => {
    const { items } = await player.listVideos();
    return items.find((video) => video.stream && video.thumbnail && video.storyboard);
  };
  const video = await poll(WAIT.timeout, find);
  if (video === undefined) throw new Error('expected a playlist and pictures beside the movie');
  return video;
}
