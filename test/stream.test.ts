/**
 * The stored movie as its own stream, in the page's player: Debian's Chromium, the built portal, a real edge, and an S3
 * server that is not ours, at another origin than the page.
 */
import type { Video } from '@padelvar/shared/portal-api';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestS3 } from '../cloud/test/support/s3.ts';
import type { TestS3 } from '../cloud/test/support/s3.ts';
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
const WAIT = { timeout: 20_000 };
let lab: Lab;
let browser: Browser;
let visits: Visits;

let s3: TestS3;

beforeAll(async () => {
  s3 = await openTestS3();
  lab = await openLab([{ kind: 'rtsp' }], {
    PADELVAR_S3_ENDPOINT: s3.server.endpoint,
    PADELVAR_S3_BUCKET: s3.settings.bucket,
    PADELVAR_S3_ACCESS_KEY_ID: s3.server.accessKeyId,
    PADELVAR_S3_SECRET_ACCESS_KEY: s3.server.secretAccessKey,
  });
  browser = await openBrowser();
  visits = createVisits(browser, lab.system);
});
afterAll(async () => {
  await browser.close();
  await lab.close();
  await s3.server.close();
});

test('the page plays the playlist of the stored file, seeks in it, and falls back to the file itself', async () => {
  const player = lab.system.logins.find(({ role }) => role === 'PLAYER');
  if (player === undefined) throw new Error('expected a player');
  // A download takes its request from the page, and going to another page breaks off what is being fetched.
  const expected = /ERR_ABORTED/;
  const recording = await visits.open(player, { expected });
  const { path } = await playWholeMatch(recording, { courtId: 'court1', seconds: 8, folder: lab.folder });
  const { sessionId } = await waitForStream(await lab.system.login('PLAYER'));

  const page = await visits.open(player, { expected });
  let pieces = 0;
  page.on('response', (response) => {
    const isOfStore = new URL(response.url()).origin === s3.server.endpoint;
    if (isOfStore && response.status() === 206) pieces += 1;
  });
  await page.goto('/?tab=videos');
  const thumbnail = page.getByTestId('thumbnail');
  const widthOf = () => thumbnail.evaluate((image: { naturalWidth: number }) => image.naturalWidth);
  await expect.poll(widthOf, WAIT).toBeGreaterThan(0);
  await lookAt(page, 'thumbnail');
  await page.goto(`/videos/${sessionId}`);
  const movie = page.getByTestId('video');
  await expect.poll(() => sourceOf(movie), WAIT).toMatch(/^blob:/);
  const { seconds } = await playFor(movie, 1.5);
  expect(seconds).toBeGreaterThan(7);
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
  expect(await visits.end()).toEqual([]);
});

const sourceOf = (movie: Locator): Promise<string> =>
  movie.evaluate((element: { currentSrc: string }) => element.currentSrc);

/** What lies beside a movie arrives after it. */
async function waitForStream(player: ApiClient): Promise<Video> {
  const find = async (): Promise<Video | undefined> => {
    const { items } = await player.request<{ items: Video[] }>('GET', '/video/files/list');
    return items.find((video) => video.stream && video.thumbnail && video.storyboard);
  };
  const video = await poll(WAIT.timeout, find);
  if (video === undefined) throw new Error('expected a playlist and pictures beside the movie');
  return video;
}
