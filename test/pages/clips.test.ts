/** Clips in Chromium: cut with two handles by keyboard and by finger, played, saved frame by frame, shared, kept, deleted. */
import { join } from 'node:path';
import type { Video } from '@padelvar/shared/portal-api';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { isLongRun } from '../../edge/test/support/figures.ts';
import { readFrameNumbers } from '../../edge/test/support/frame-numbers.ts';
import { TEST_FFMPEG } from '../../edge/test/support/test-courts.ts';
import { download } from '../../scripts/system/match.ts';
import { DESKTOP } from '../support/browser.ts';
import { lookAt } from '../support/browser-look.ts';
import { downloadMovie } from '../support/browser-match.ts';
import { playFor } from '../support/browser-movie.ts';
import { personOf } from '../support/browser-visits.ts';
import { test } from '../support/page-test.ts';
import { storeMatch } from '../support/stored-match.ts';

const FPS = 25;
const TOUCH_DESK = { ...DESKTOP, hasTouch: true };
const WAIT = { timeout: 30_000 };
let sessionId: string;

test.beforeAll(async ({ lab }) => {
  sessionId = await storeMatch(lab, 7);
});

const secondsOf = async (handle: Locator): Promise<number> =>
  Number(await handle.getAttribute('aria-valuenow'));
const timeOf = (video: Locator): Promise<number> =>
  video.evaluate((element) => (element as unknown as { currentTime: number }).currentTime);

async function openMaker(page: Page): Promise<{ from: Locator; to: Locator; video: Locator }> {
  const video = page.getByTestId('video');
  const readDuration = (): Promise<number> =>
    video.evaluate((element) => (element as unknown as { duration: number }).duration);
  await expect.poll(readDuration, WAIT).toBeGreaterThan(6);
  await page.getByTestId('make-clip').click();
  const handles = { from: page.getByTestId('clip-from'), to: page.getByTestId('clip-to') };
  await handles.to.waitFor();
  return { ...handles, video };
}

if (isLongRun)
  test('a clip is made with the keyboard alone, plays round and round, and has exactly its frames', async ({
    lab,
    visits,
  }) => {
    const page = await visits.open(personOf(lab.system, 'PLAYER'), {
      screen: TOUCH_DESK,
      path: `/videos/${sessionId}`,
    });
    const { from, to, video } = await openMaker(page);
    await from.focus();
    await page.keyboard.press('Home');
    expect(await secondsOf(from)).toBe(0);
    for (let step = 0; step < 2; step += 1) await page.keyboard.press('Shift+ArrowRight');
    for (let step = 0; step < 3; step += 1) await page.keyboard.press('ArrowRight');
    expect(await secondsOf(from)).toBeCloseTo(2.3, 5);
    await expect.poll(() => timeOf(video)).toBeCloseTo(2.3, 1);
    await to.focus();
    await page.keyboard.press('Home');
    expect(await secondsOf(to)).toBeCloseTo(2.8, 5);
    for (let step = 0; step < 2; step += 1) await page.keyboard.press('Shift+ArrowRight');
    expect(await secondsOf(to)).toBeCloseTo(4.8, 5);
    expect(await to.getAttribute('aria-valuetext')).toBe('0:04.8');
    expect((await page.getByTestId('clip-length').textContent())?.trim()).toBe('2.5 s');

    await page.getByTestId('play').click();
    const seen: number[] = [];
    await expect
      .poll(async () => {
        seen.push(await timeOf(video));
        return seen.some((at, index) => index > 0 && at < (seen[index - 1] ?? 0) - 0.5);
      }, WAIT)
      .toBe(true);
    expect(Math.max(...seen)).toBeLessThan(6);
    await lookAt(page, 'clip-maker');

    await page.getByTestId('clip-form').getByLabel('Name of the clip').fill('Match point');
    await page.keyboard.press('Enter');
    await page.getByTestId('clip-list').getByText('Match point').click();
    await page.getByTestId('clip-name').getByText('Match point').waitFor();
    await playFor(page.getByTestId('video'), 1);
    await lookAt(page, 'clip');
    const path = await downloadMovie(page, lab.folder);
    expect(path).toMatch(/ - Match point\.mp4$/);
    const whole = join(lab.folder, 'whole.mp4');
    await download(await lab.system.login('PLAYER'), sessionId, whole);
    const read = { ffmpegPath: TEST_FFMPEG, clip: lab.simulator.clip };
    const [numbers, all] = [await readFrameNumbers(path, read), await readFrameNumbers(whole, read)];
    const begin = all.indexOf(numbers[0] ?? Number.NaN);
    // An edit begins at the picture that is shown at its time, or the one after it.
    expect(Math.abs(begin - Math.floor(2.3 * FPS))).toBeLessThanOrEqual(1);
    expect(numbers).toEqual(all.slice(begin, begin + numbers.length));
    expect(Math.abs(numbers.length - 2.5 * FPS)).toBeLessThanOrEqual(1);
  });

test('on a phone the handles follow a finger; the clip is in the library, is shared alone, renamed, kept and deleted', async ({
  lab,
  visits,
}) => {
  const page = await visits.open(personOf(lab.system, 'PLAYER'), { path: `/videos/${sessionId}` });
  const { from, to } = await openMaker(page);
  const before = { from: await secondsOf(from), to: await secondsOf(to) };
  expect(before.from).toBe(0);
  await dragBy(page, from, 60);
  const moved = await secondsOf(from);
  expect(moved).toBeGreaterThan(before.from + 0.3);
  expect(moved).toBeLessThan(before.to);
  expect(await secondsOf(to)).toBe(before.to);
  await dragBy(page, to, -500);
  expect((await secondsOf(to)) - moved).toBeCloseTo(0.5, 5);
  await dragBy(page, to, 90);
  expect((await secondsOf(to)) - moved).toBeGreaterThan(0.8);
  const box = await to.boundingBox();
  expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(44);
  await lookAt(page, 'clip-maker-phone');
  await page.getByTestId('clip-form').getByLabel('Name of the clip').fill('The lob');
  await page.getByTestId('clip-save').tap();
  await page.getByTestId('clip-list').getByText('The lob').waitFor();

  await page.goto('/?tab=videos');
  // The library is read by the page's script: from then on it takes a tap.
  await page.getByTestId('video-card').waitFor();
  await page.getByTestId('library-clips').tap();
  await page.getByTestId('clip-card').filter({ hasText: 'The lob' }).waitFor();
  await lookAt(page, 'library-clips');
  await page.getByTestId('clip-card').filter({ hasText: 'The lob' }).tap();
  await page.getByTestId('share').tap();
  await page.getByTestId('share-create').tap();
  const url = (await page.getByTestId('share-url').textContent()) ?? '';
  const friend = await visits.arrive({ expected: /api\/shares\// });
  await friend.goto(new URL(url).pathname);
  await friend.getByRole('heading', { name: 'The lob' }).waitFor();
  await playFor(friend.getByTestId('video'), 0.3);
  await lookAt(friend, 'shared-clip');

  await page.getByRole('button', { name: 'Close' }).tap();
  await page.getByTestId('rename').tap();
  await page.getByTestId('rename-form').getByLabel('Name of the clip').fill('A high lob');
  await page.getByTestId('rename-save').tap();
  await page.getByTestId('clip-name').getByText('A high lob').waitFor();
  await page.getByTestId('clip-keep').setChecked(true);
  await page.getByTestId('clip-kept').waitFor();
  expect(await page.getByTestId('clip-keep').isChecked()).toBe(true);
  await lookAt(page, 'clip-kept');
  await page.getByTestId('delete').tap();
  await page.getByTestId('confirm-yes').tap();
  await page.waitForURL(({ pathname }) => pathname === `/videos/${sessionId}`);
  const rest = await lab.system.login('PLAYER');
  const { items } = await rest.listClips({}, sessionId);
  expect(items.map(({ name }) => name)).not.toContain('A high lob');
  await friend.getByText('This link no longer works').waitFor({ timeout: 60_000 });
});

/** Runs in each page before its own scripts: what is made addresses of, but for scripts and what plays piece by piece. */
const NOTE_BLOBS = `
globalThis.madeBlobs = [];
const make = URL.createObjectURL;
URL.createObjectURL = (what) => {
  if (what instanceof Blob && !/javascript/.test(what.type)) madeBlobs.push([what.type, what.size]);
  return make.call(URL, what);
};
`;

if (isLongRun)
  test('matches, clips and what is shared are saved by plain links, and no page makes a blob of a movie [immich 28316, 14657, 21009]', async ({
    lab,
    visits,
  }) => {
    const rest = await lab.system.login('PLAYER');
    const range = { name: 'To be saved', fromMs: 0, toMs: 2000 };
    const { clipId } = await rest.createClip(sessionId, range);
    const wanted = { download: true, expiresInDays: 1 };
    const { url } = await rest.createShare(sessionId, wanted);
    const shared = new URL(url).pathname;
    const page = await visits.open(personOf(lab.system, 'PLAYER'), { expected: /ERR_ABORTED/ });
    await page.addInitScript(NOTE_BLOBS);
    for (const [path, href] of [
      [`/videos/${sessionId}`, `/api/video/files/${sessionId}/download`],
      [
        `/videos/${sessionId}/clips/${clipId}`,
        `/api/video/files/${sessionId}/clips/${clipId}/movie?disposition=attachment`,
      ],
      [shared, `/api/shares/${shared.slice('/s/'.length)}/movie?disposition=attachment`],
    ] as const) {
      await page.goto(path);
      const link = page.getByTestId('download');
      await link.waitFor();
      const read = (name: string): Promise<string | null> => link.getAttribute(name);
      expect([await read('href'), await read('download')]).toEqual([href, '']);
      await downloadMovie(page, lab.folder);
      expect(await page.evaluate('madeBlobs')).toEqual([]);
    }
  });

/** By a finger, over some points on the way. */
const STILL_MS = 100;

async function dragBy(page: Page, handle: Locator, pixels: number): Promise<void> {
  const box = await handle.boundingBox();
  if (box === null) throw new Error('expected a handle on the screen');
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const touch = await page.context().newCDPSession(page);
  const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', at?: number): Promise<unknown> =>
    touch.send('Input.dispatchTouchEvent', { type, touchPoints: at === undefined ? [] : [{ x: at, y }] });
  await send('touchStart', x);
  for (let step = 1; step <= 5; step += 1) await send('touchMove', x + (pixels * step) / 5);
  // A finger that stands still before it lifts leaves no momentum, which would take the next tap to stop it.
  await page.waitForTimeout(STILL_MS);
  await send('touchMove', x + pixels);
  await page.waitForTimeout(STILL_MS);
  await send('touchEnd');
  await touch.detach();
}

if (isLongRun)
  test('gaps are drawn on the seek bar where they are, wide enough to be seen', async ({ lab, visits }) => {
    const page = await visits.open(personOf(lab.system, 'PLAYER'), { screen: DESKTOP, path: '/account' });
    const gaps = [
      { fromMs: 1000, toMs: 2000, reason: 'camera_lost' },
      { fromMs: 5000, toMs: 5001, reason: 'camera_lost' },
    ];
    await page.route(`**/api/video/files/${sessionId}`, async (route) => {
      const video = (await (await route.fetch()).json()) as Video;
      await route.fulfill({ json: { ...video, gaps } });
    });
    await page.goto(`/videos/${sessionId}`);
    const video = page.getByTestId('video');
    const readDuration = (): Promise<number> =>
      video.evaluate((element) => (element as unknown as { duration: number }).duration);
    await expect.poll(readDuration, WAIT).toBeGreaterThan(6);
    const drawn = page.getByTestId('gap');
    await expect.poll(() => drawn.count()).toBe(2);
    const bar = await page.getByTestId('seek-bar').boundingBox();
    const [wide, narrow] = [await drawn.nth(0).boundingBox(), await drawn.nth(1).boundingBox()];
    if (bar === null || wide === null || narrow === null) throw new Error('expected gaps on the screen');
    const perSecond = bar.width / (await readDuration());
    expect(Math.abs(wide.x - bar.x - perSecond)).toBeLessThan(perSecond * 0.1);
    expect(Math.abs(wide.width - perSecond)).toBeLessThan(perSecond * 0.1);
    expect(narrow.width).toBeGreaterThanOrEqual(3);
    await page.getByTestId('gaps').waitFor();
    await lookAt(page, 'gaps');
  });
