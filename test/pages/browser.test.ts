/** The pages in Debian's Chromium, against the built portal and a real edge. Any trouble of a page fails its test. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { isLongRun } from '../../edge/test/support/figures.ts';
import { countFrameFaults, readFrameNumbers } from '../../edge/test/support/frame-numbers.ts';
import { TEST_FFMPEG } from '../../edge/test/support/test-courts.ts';
import { DESKTOP } from '../support/browser.ts';
import { lookAt } from '../support/browser-look.ts';
import { downloadMovie, openCourt, playWholeMatch, startMatch } from '../support/browser-match.ts';
import { stopMatch, waitUntilElapsed } from '../support/browser-match.ts';
import { findDecodingErrors, pauseInTheMiddle, playFor } from '../support/browser-movie.ts';
import { readShownNumber, watchFrames } from '../support/browser-picture.ts';
import { personOf } from '../support/browser-visits.ts';
import { countFrames, WHOLE } from '../support/lab.ts';
import type { Lab } from '../support/lab.ts';
import { addMember, test } from '../support/page-test.ts';
import type { Member } from '../support/page-test.ts';

const SECONDS = 6;
const FPS = 25;
/** What is shown while a match is recorded may be ahead of its pictures by so much, also where they are encoded. */
const AHEAD_SECONDS = 0.2;

let other: Member;

test.beforeAll(async ({ lab }) => {
  other = await addMember(lab.system, 'Olga Other');
});

test('a player records on a phone and takes home the very movie that the edge holds', async ({
  lab,
  visits,
}) => {
  const page = await visits.open(personOf(lab.system, 'PLAYER'));
  await page.getByTestId('court-court1').waitFor();
  await lookAt(page, 'record');
  expect(await page.locator('input[name=duration][value="90"]').isChecked()).toBe(true);
  const sessionId = await openCourt(page, 'court1', 2);
  const preview = page.getByTestId('preview-image');
  const shown = await watchFrames(preview, 5);
  expect(shown, 'the preview goes forward').toEqual(sortByTime(shown, lab.simulator.clip));
  await lookAt(page, 'preview');

  await startMatch(page);
  await page.locator('[data-fact=growing][data-ok=true]').waitFor();
  await waitUntilElapsed(page, SECONDS);
  const percent = await page.getByTestId('progress').getAttribute('aria-valuenow');
  expect(Number(percent)).toBeGreaterThan(0);
  const before = await preview.screenshot();
  await watchFrames(preview, 3);
  expect(before.equals(await preview.screenshot()), 'the preview stands still').toBe(false);
  await lookAt(page, 'recording');

  await page.getByTestId('stop').tap();
  await lookAt(page, 'stop');
  await page.getByTestId('confirm-no').tap();
  await page.getByTestId('rec-badge').waitFor();
  await stopMatch(page);
  await page.getByRole('heading', { name: 'Your match is ready' }).waitFor();
  await lookAt(page, 'ready');

  const path = await downloadMovie(page, lab.folder);
  const [saved, held] = await Promise.all([readFile(path), readMovieOfEdge(lab, sessionId)]);
  expect(saved.equals(held), 'the saved file is what the edge holds').toBe(true);
  const numbers = await readFrameNumbers(path, { ffmpegPath: TEST_FFMPEG, clip: lab.simulator.clip });
  expect(countFrameFaults(numbers)).toMatchObject(WHOLE);
  expect(numbers.length).toBeGreaterThanOrEqual(SECONDS * FPS);

  await page.getByTestId('watch').tap();
  const movie = page.getByTestId('video');
  expect(await playFor(movie, 1.5)).toMatchObject({ width: 1280, height: 720 });
  await lookAt(page, 'watch');
  const second = await pauseInTheMiddle(movie);
  const there = numbers[Math.floor(second * FPS)] ?? Number.NaN;
  expect(await readShownNumber(movie)).toBe(there % lab.simulator.clip.frames);

  await page.getByRole('link', { name: 'Videos' }).tap();
  const card = page.locator(`[data-testid=video-card][data-session="${sessionId}"]`);
  await card.waitFor();
  await lookAt(page, 'videos');
  await card.getByTestId('delete').tap();
  await page.getByTestId('confirm-yes').tap();
  await card.waitFor({ state: 'detached' });
  await page.reload();
  await page.getByText('No videos yet').waitFor();
});

if (isLongRun)
  test('stills carry the preview where the stream does not get through', async ({ lab, visits }) => {
    const page = await visits.open(personOf(lab.system, 'PLAYER'), { expected: /stream\.mjpeg/ });
    await page.route('**/stream.mjpeg*', (route) => route.abort('connectionreset'));
    await openCourt(page, 'court3', 2);
    const preview = page.getByTestId('preview-image');
    await watchFrames(preview, 5);
    expect(await preview.getAttribute('data-mode')).toBe('snapshots');
    const perSecond = await countStillsPerSecond(page);
    expect(perSecond).toBeGreaterThan(3);
    expect(perSecond).toBeLessThan(5.5);

    const club = await visits.open(personOf(lab.system, 'CLUB_ADMIN'), { path: '/?tab=active' });
    await club.getByTestId('session-card').getByText('Camera open').waitFor();
    await lookAt(club, 'active');
    // On a computer whose clock is wrong the camera is open for as long.
    const ahead = await visits.open(personOf(lab.system, 'CLUB_ADMIN'));
    await ahead.clock.install({ time: Date.now() + 2 * 3_600_000 });
    await ahead.goto('/?tab=active');
    const time = ahead.getByTestId('session-card').getByTestId('session-time');
    await time.waitFor();
    expect(await time.innerText()).not.toMatch(/\d\sh/);
    await page.getByTestId('close-camera').tap();
    await page.getByTestId('record-form').waitFor();
  });

if (isLongRun)
  test('MJPEG and still-image courts become movies of 25 frames per second that play', async ({
    lab,
    visits,
  }) => {
    const pages = [await visits.open(personOf(lab.system, 'PLAYER')), await visits.open(other)] as const;
    const match = { seconds: SECONDS, folder: lab.folder };
    const movies = await Promise.all([
      playWholeMatch(pages[0], { courtId: 'court3', ...match }),
      playWholeMatch(pages[1], { courtId: 'court4', ...match }),
    ]);
    for (const { path, movieSeconds } of movies) {
      expect(await findDecodingErrors(path)).toBe('');
      const { frames, reordered, unreadable } = await countFrames(path, lab.simulator.clip);
      expect({ reordered, unreadable }).toEqual({ reordered: 0, unreadable: 0 });
      expect(Math.abs(frames - movieSeconds * FPS)).toBeLessThanOrEqual(1);
      expect(movieSeconds).toBeGreaterThanOrEqual(SECONDS - AHEAD_SECONDS);
    }
  });

if (isLongRun)
  test("a player does not see another player's video", async ({ lab, visits }) => {
    const owner = await lab.system.login('PLAYER');
    const { items } = await owner.listVideos();
    expect(items).toHaveLength(1);
    const sessionId = items[0]?.sessionId ?? '';
    const page = await visits.open(other, { path: '/?tab=videos', expected: new RegExp(sessionId) });
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

if (isLongRun)
  test('a club administrator looks after courts, a super administrator after devices', async ({
    lab,
    visits,
  }) => {
    const club = await visits.open(personOf(lab.system, 'CLUB_ADMIN'), { screen: DESKTOP, path: '/club' });
    await expect.poll(() => club.getByTestId('court-card').count()).toBe(lab.simulator.courts.length);
    await lookAt(club, 'courts');
    const admin = await visits.open(personOf(lab.system, 'SUPER_ADMIN'), {
      screen: DESKTOP,
      path: '/devices',
    });
    await admin.getByTestId('device-list').getByText('Equipment room').waitFor();
    await lookAt(admin, 'devices');
  });

test('what is typed before the page lives is neither sent nor lost', async ({ lab, visits }) => {
  const page = await visits.arrive();
  const { email, password } = personOf(lab.system, 'PLAYER');
  const scripts = Promise.withResolvers<undefined>();
  await page.route('**/*.js', async (route) => {
    await scripts.promise;
    await route.continue();
  });
  await page.goto('/login', { waitUntil: 'commit' });
  await page.getByTestId('login-email').fill(email);
  await page.getByTestId('login-password').fill(password);
  await page.keyboard.press('Enter');
  scripts.resolve(undefined);
  await page.getByTestId('login-submit').tap();
  await page.waitForURL(({ pathname }) => pathname === '/');
  expect(page.url()).not.toContain(password);
});

async function readMovieOfEdge({ system }: Lab, sessionId: string): Promise<Buffer> {
  const response = await fetch(`${system.lanOrigin}/api/sessions/${sessionId}/movie`);
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}

/** Over ten stills. */
async function countStillsPerSecond(page: Page): Promise<number> {
  const nextStill = (): Promise<unknown> =>
    page.waitForResponse((response) => response.url().includes('/snapshot.jpg'));
  await nextStill();
  const beganMs = performance.now();
  for (let index = 0; index < 10; index += 1) await nextStill();
  return 10_000 / (performance.now() - beganMs);
}

/** As frames come while time runs forward: rising, but starting over once at the clip's end. */
function sortByTime(numbers: readonly number[], { frames }: { frames: number }): number[] {
  const [first = 0] = numbers;
  const ahead = (number: number): number => (number - first + frames) % frames;
  return [...numbers].sort((left, right) => ahead(left) - ahead(right));
}
