/**
 * A stored match in Chromium: watched with its controls, shared by a link that is taken back, deleted with a receipt; and one
 * that can't be watched: why, and what to do.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { isLongRun } from '../../edge/test/support/figures.ts';
import { openSession, startRecording, stopAndWait } from '../../scripts/system/match.ts';
import { DESKTOP } from '../support/browser.ts';
import { lookAt } from '../support/browser-look.ts';
import { downloadMovie } from '../support/browser-match.ts';
import { listViolations } from '../support/browser-access.ts';
import { personOf } from '../support/browser-visits.ts';
import { test } from '../support/page-test.ts';
import { loadTexts } from '../support/page-texts.ts';
import { addPastMatches } from '../support/past-matches.ts';
import { storeMatch } from '../support/stored-match.ts';

const FRAME_SECONDS = 0.04;
const DAY_MS = 24 * 60 * 60_000;
let sessionId: string;

test.beforeAll(async ({ lab }) => {
  sessionId = await storeMatch(lab, 4);
});

const readVideo = (video: Locator, name: 'currentTime' | 'playbackRate' | 'duration'): Promise<number> =>
  video.evaluate((element, key) => (element as unknown as Record<string, number>)[key] ?? Number.NaN, name);

/** Seeks by the slider, with the keyboard. */
async function openMovie(page: Page): Promise<Locator> {
  const video = page.getByTestId('video');
  await expect.poll(() => readVideo(video, 'duration'), { timeout: 30_000 }).toBeGreaterThan(3);
  return video;
}

if (isLongRun)
  test('a match is watched with the keyboard alone: single pictures, jumps and speeds', async ({
    lab,
    visits,
  }) => {
    const page = await visits.open(personOf(lab.system, 'PLAYER'), {
      screen: DESKTOP,
      path: `/videos/${sessionId}`,
    });
    const video = await openMovie(page);
    const time = (): Promise<number> => readVideo(video, 'currentTime');
    // A word that somebody dictates is no command.
    await page.keyboard.press('5');
    expect(await time()).toBe(0);
    await page.getByTestId('play').focus();
    await page.keyboard.press('5');
    // How long a movie is, is known to the frame once its last piece is there.
    const fromTheMiddle = async (): Promise<number> =>
      Math.abs((await time()) - (await readVideo(video, 'duration')) / 2);
    await expect.poll(fromTheMiddle).toBeLessThan(0.5);
    const middle = await time();
    await page.keyboard.press('.');
    await expect.poll(async () => Math.abs((await time()) - middle - FRAME_SECONDS)).toBeLessThan(0.01);
    await page.keyboard.press(',');
    await expect.poll(async () => Math.abs((await time()) - middle)).toBeLessThan(0.01);
    await page.keyboard.press('ArrowLeft');
    await expect.poll(async () => Math.abs((await time()) - Math.max(0, middle - 5))).toBeLessThan(0.01);
    await page.keyboard.press('Home');
    await expect.poll(time).toBe(0);
    for (let slower = 0; slower < 5; slower += 1) await page.keyboard.press('<');
    await expect.poll(() => readVideo(video, 'playbackRate')).toBe(0.25);
    for (let faster = 0; faster < 9; faster += 1) await page.keyboard.press('>');
    await expect.poll(() => readVideo(video, 'playbackRate')).toBe(2);
    await page.keyboard.press(' ');
    await expect.poll(time, { timeout: 15_000 }).toBeGreaterThan(0.5);
    await page.keyboard.press('k');
    await page
      .getByTestId('play')
      .and(page.getByLabel('Play', { exact: true }))
      .waitFor();
    await page.getByTestId('speed').selectOption('0.5');
    expect(await readVideo(video, 'playbackRate')).toBe(0.5);
    await page.getByTestId('seek').focus();
    await page.keyboard.press('Home');
    await expect.poll(time).toBe(0);
  });

test('a card tells what its match is, and a thumb jumps in it and goes picture by picture', async ({
  lab,
  visits,
}) => {
  const { admin, clubId } = lab.system;
  await admin.updateClub(clubId, { retentionDays: 30 });
  const page = await visits.open(personOf(lab.system, 'PLAYER'), { path: '/?tab=videos' });
  const card = page.getByTestId('video-card');
  await card.getByTestId('expires').getByText('Expires in 30 days').waitFor();
  const player = await lab.system.login('PLAYER');
  const { bytes, durationSeconds, recordedAt, timeZone } = await player.getVideo(sessionId);
  const recorded = (format: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat('en-GB', { ...format, timeZone }).format(new Date(recordedAt));
  const said = (await card.innerText()).replaceAll(/\s+/g, ' ');
  for (const fact of [
    ...['Court 1', recorded({ weekday: 'long' }), recorded({ day: 'numeric', month: 'long' })],
    recorded({ hour: '2-digit', minute: '2-digit' }),
    `0:${String(Math.floor(durationSeconds)).padStart(2, '0')}`,
    `${String(Number((bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)))} MB`,
  ])
    expect(said).toContain(fact);
  await lookAt(page, 'library-card');

  await card.getByTestId('watch').tap();
  const video = await openMovie(page);
  const time = (): Promise<number> => readVideo(video, 'currentTime');
  const expectAt = (seconds: number) =>
    expect.poll(async () => Math.abs((await time()) - seconds)).toBeLessThan(0.02);
  for (const seconds of [5, -5, 10, -10]) {
    const end = await readVideo(video, 'duration');
    const wanted = Math.min(end, Math.max(0, (await time()) + seconds));
    await page.getByTestId(`skip${String(seconds)}`).tap();
    await expectAt(wanted);
  }
  await expectAt(0);
  await page.getByTestId('frame-forward').tap();
  await expectAt(FRAME_SECONDS);
  await page.getByTestId('frame-forward').tap();
  await expectAt(2 * FRAME_SECONDS);
  await page.getByTestId('frame-back').tap();
  await expectAt(FRAME_SECONDS);
  await lookAt(page, 'player-phone');
});

if (isLongRun)
  test('who taps play before the movie has come taps once, also where it comes another way then', async ({
    lab,
    visits,
  }) => {
    const page = await visits.open(personOf(lab.system, 'PLAYER'), { screen: DESKTOP, path: '/account' });
    const tapped = Promise.withResolvers<undefined>();
    await page.route('**/playlist.m3u8*', async (route) => {
      await tapped.promise;
      await route.fulfill({ contentType: 'application/vnd.apple.mpegurl', body: 'no playlist' });
    });
    await page.goto(`/videos/${sessionId}`);
    await page.getByTestId('play').click();
    tapped.resolve(undefined);
    await expect.poll(() => readVideo(page.getByTestId('video'), 'currentTime')).toBeGreaterThan(0.5);
  });

interface MediaPrototype {
  canPlayType: () => string;
  src: string;
}

interface SafariPage {
  navigator: object;
  HTMLMediaElement: { prototype: MediaPrototype };
  addEventListener: (
    type: string,
    listener: (event: { target: { currentTime?: number } }) => void,
    capture: true,
  ) => void;
  failedAt?: number | undefined;
  resumedAt?: number | undefined;
}

/**
 * As Safari, which plays playlists by itself: what Chromium plays in its place is a movie beside the playlist. Notes
 * where that failed and where it went on then.
 */
function passForSafari(): void {
  const page = globalThis as unknown as SafariPage;
  for (const [name, value] of [
    ['vendor', 'Apple Computer, Inc.'],
    ['userAgent', 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Safari/605.1.15'],
  ] as const)
    Object.defineProperty(page.navigator, name, { get: () => value });
  const { prototype } = page.HTMLMediaElement;
  prototype.canPlayType = () => 'maybe';
  const source = Object.getOwnPropertyDescriptor(prototype, 'src');
  Object.defineProperty(prototype, 'src', {
    ...source,
    set(address: string) {
      source?.set?.call(this, address.replace('playlist.m3u8', 'native.mp4'));
    },
  });
  page.addEventListener('error', ({ target }) => void (page.failedAt ??= target.currentTime), true);
  page.addEventListener(
    'playing',
    ({ target }) => {
      if (page.failedAt !== undefined) page.resumedAt ??= target.currentTime;
    },
    true,
  );
}

if (isLongRun)
  test('a playlist that fails Safari in the middle is followed by the file, from there on', async ({
    lab,
    visits,
  }) => {
    const page = await visits.open(personOf(lab.system, 'PLAYER'), { screen: DESKTOP, path: '/account' });
    const file = `/api/video/files/${sessionId}/download`;
    const body = await (await page.request.get(`${file}?disposition=inline`)).body();
    await page.route('**/native.mp4*', (route) => route.fulfill({ contentType: 'video/mp4', body }));
    await page.addInitScript(passForSafari);
    await page.goto(`/videos/${sessionId}`);
    await page.getByTestId('play').click();
    const video = page.getByTestId('video');
    await expect.poll(() => readVideo(video, 'currentTime')).toBeGreaterThan(0.7);
    await video.dispatchEvent('error');
    const read = (name: 'failedAt' | 'resumedAt'): Promise<number> =>
      page.evaluate((key) => (globalThis as unknown as SafariPage)[key] ?? Number.NaN, name);
    await expect.poll(() => read('resumedAt')).toBeGreaterThanOrEqual(0);
    const failedAt = await read('failedAt');
    expect(failedAt).toBeGreaterThan(0.7);
    expect(Math.abs((await read('resumedAt')) - failedAt)).toBeLessThan(0.3);
    expect(await video.evaluate((element) => (element as unknown as { src: string }).src)).toContain(file);
  });

/** Of an answer whose body is not waited for: a live picture has no end. */
async function headersOf(origin: string, path: string, token: string): Promise<Headers> {
  const given = new AbortController();
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${origin}${path}`, { headers, signal: given.signal });
  expect(answer.status, path).toBeLessThan(300);
  given.abort();
  return answer.headers;
}

if (isLongRun)
  test('a match that is on its way leads to its own page, and becomes ready before one’s eyes', async ({
    lab,
    visits,
  }) => {
    const player = await lab.system.login('PLAYER');
    const match = await openSession(player, 'court1');
    await startRecording(player, match.sessionId);
    const page = await visits.open(personOf(lab.system, 'PLAYER'), { path: '/?tab=videos' });
    const card = page.locator(`[data-session=${match.sessionId}]`);
    expect(await card.getByTestId('follow').getAttribute('href')).toBe(`/match/${match.sessionId}`);
    await stopAndWait(player, match.sessionId);
    await card.getByTestId('watch').waitFor();
    await card.getByTestId('delete').tap();
    await page.getByTestId('confirm').waitFor();
    await page.getByTestId('confirm-yes').tap();
    await page.getByTestId('receipt').waitFor();
  });

if (isLongRun)
  test('pictures and movies come with the headers of everything else, and are nothing but themselves', async ({
    lab,
    visits,
  }) => {
    const { email, password } = personOf(lab.system, 'PLAYER');
    const login = await fetch(`${lab.system.origin}/api/auth/login`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
      body: JSON.stringify({ email, password }),
    });
    const { token } = (await login.json()) as { token: string };
    const player = await lab.system.login('PLAYER');
    await expect.poll(async () => (await player.getVideo(sessionId)).storyboard).toBe(true);
    const { clipId } = await player.createClip(sessionId, { name: 'Rally', fromMs: 0, toMs: 1000 });
    const { url, shareId } = await player.createShare(sessionId, { download: true, expiresInDays: 1 });
    const shared = `/api/shares/${url.split('/').at(-1) ?? ''}`;
    const live = await openSession(player, 'court1');
    const file = `/api/video/files/${sessionId}`;
    const beside = ['playlist.m3u8', 'init.mp4', 'thumbnail.jpg', 'storyboard.vtt', 'storyboard.jpg'];
    for (const path of [
      ...[`${file}/download`, `${file}/download?disposition=inline`, `${file}/clips/${clipId}/movie`],
      ...beside.map((name) => `${file}/${name}`),
      ...['movie', 'playlist.m3u8', 'storyboard.vtt'].map((name) => `${shared}/${name}`),
      ...['snapshot.jpg', 'stream.mjpeg'].map((name) => `/api/preview/${live.sessionId}/${name}`),
    ]) {
      const headers = Object.fromEntries(await headersOf(lab.system.origin, path, token));
      expect(headers, path).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'x-frame-options': 'DENY',
        'content-security-policy': expect.stringMatching(
          /^default-src 'none'; (img-src 'self'; media-src 'self'; )?frame-ancestors 'none'$/,
        ) as string,
      });
    }
    await player.closeSession(live.sessionId);
    await player.revokeShare(sessionId, shareId);
    const page = await visits.open(personOf(lab.system, 'PLAYER'), {
      screen: DESKTOP,
      expected: /ERR_ABORTED/,
    });
    await page.goto(`${file}/download?disposition=inline`);
    await expect.poll(() => readVideo(page.locator('video'), 'duration')).toBeGreaterThan(3);
  });

test('a link lets somebody without an account watch, until it is taken back', async ({ lab, visits }) => {
  const owner = await visits.open(personOf(lab.system, 'PLAYER'), { path: `/videos/${sessionId}` });
  await owner.getByTestId('share').tap();
  await lookAt(owner, 'share');
  await owner.getByTestId('share-create').tap();
  const url = (await owner.getByTestId('share-url').textContent()) ?? '';

  const friend = await visits.arrive({ expected: /api\/shares\// });
  await friend.goto(new URL(url).pathname);
  const video = await openMovie(friend);
  expect(await friend.getByTestId('download').count()).toBe(0);
  await friend.getByTestId('play').tap();
  await expect.poll(() => readVideo(video, 'currentTime'), { timeout: 15_000 }).toBeGreaterThan(0.2);
  await lookAt(friend, 'shared');

  await owner.getByTestId('share-revoke').tap();
  await owner.getByTestId('share-list').waitFor({ state: 'detached' });
  await friend.getByText('This link no longer works').waitFor({ timeout: 60_000 });
  expect(await friend.getByTestId('video').count()).toBe(0);
});

if (isLongRun)
  test('a link saves the movie where its switch says so, and ends on the day that was chosen', async ({
    lab,
    visits,
  }) => {
    const owner = await visits.open(personOf(lab.system, 'PLAYER'), { path: `/videos/${sessionId}` });
    await owner.getByTestId('share').tap();
    await owner.getByTestId('share-form').locator('[aria-haspopup=listbox]').tap();
    await owner.getByRole('option', { name: '1 day' }).tap();
    await owner.getByTestId('share-download').setChecked(true);
    await owner.getByTestId('share-create').tap();
    const url = (await owner.getByTestId('share-url').textContent()) ?? '';
    const player = await lab.system.login('PLAYER');
    const { items } = await player.listShares(sessionId, {});
    expect(items).toMatchObject([{ download: true }]);
    const leftMs = Date.parse(items[0]?.expiresAt ?? '') - Date.now();
    expect(Math.abs(leftMs - DAY_MS)).toBeLessThan(60_000);

    const friend = await visits.arrive({ expected: /api\/shares\// });
    await friend.goto(new URL(url).pathname);
    await downloadMovie(friend, lab.folder);
    const db = new Database(join(lab.system.portalDataDir, 'portal.db'));
    db.prepare('update share set expires_at = ? where id = ?').run(Date.now(), items[0]?.shareId);
    db.close();
    await friend.getByText('This link no longer works').waitFor({ timeout: 60_000 });
    expect(await friend.getByTestId('download').count()).toBe(0);
    const movie = `/api/shares/${url.split('/').at(-1) ?? ''}/movie?disposition=attachment`;
    expect((await friend.request.get(movie)).status()).toBe(410);
  });

test('the library is narrowed to a court and a day, and a deletion leaves a receipt', async ({
  lab,
  visits,
}) => {
  const player = await lab.system.login('PLAYER');
  const other = await openSession(player, 'court2');
  await startRecording(player, other.sessionId);
  await stopAndWait(player, other.sessionId);
  // A clock that is far from the club's.
  const page = await visits.open(personOf(lab.system, 'PLAYER'), {
    ...{ path: `/videos/${sessionId}`, timeZone: 'Pacific/Auckland' },
  });
  const { recordedAt, timeZone } = await player.getVideo(sessionId);
  const atClub = (parts: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat('en-GB', { timeZone, ...parts }).format(new Date(recordedAt));
  const began = atClub({ timeStyle: 'short' });
  const beganOn = atClub({ weekday: 'long', day: 'numeric', month: 'long' });
  expect((await page.getByTestId('video-moment').innerText()).trim()).toBe(`${beganOn}, ${began}`);
  await page.goto('/?tab=videos');
  const card = page.getByTestId('video-card');
  await expect.poll(() => card.count()).toBe(2);
  const first = page.locator(`[data-testid=video-card][data-session=${sessionId}]`);
  await first.getByText(began, { exact: true }).waitFor();
  await first.getByText(beganOn, { exact: true }).waitFor();
  await lookAt(page, 'library');
  const showOnly = async (court: string): Promise<void> => {
    await page.getByTestId('filter-court').tap();
    await page.getByRole('option', { name: court, exact: true }).tap();
  };
  await showOnly('Court 2');
  await expect.poll(() => card.count()).toBe(1);
  expect(await card.getAttribute('data-session')).toBe(other.sessionId);
  await showOnly('Court 1');
  await expect.poll(() => card.getAttribute('data-session')).toBe(sessionId);
  await showOnly('All courts');
  await expect.poll(() => card.count()).toBe(2);
  await page.getByTestId('filter-date').fill(new Date(recordedAt).toLocaleDateString('sv-SE', { timeZone }));
  await showOnly('Court 1');
  await expect.poll(() => card.count()).toBe(1);
  expect(await card.getAttribute('data-session')).toBe(sessionId);
  await showOnly('All courts');
  await page.getByTestId('filter-date').fill('2020-01-01');
  await page.getByText('No videos here').waitFor();
  await page.getByRole('button', { name: 'Show all' }).tap();
  await showOnly('Court 2');
  await expect.poll(() => card.count()).toBe(1);
  await card.getByTestId('delete').tap();
  await page.getByTestId('confirm-yes').tap();
  const receipt = page.getByTestId('receipt');
  await receipt.getByText(other.sessionId).waitFor();
  await lookAt(page, 'receipt');
  await page.getByTestId('receipt-done').tap();
  await page.getByText('No videos here').waitFor();
  await page.getByRole('button', { name: 'Show all' }).tap();
  await first.waitFor();
});

if (isLongRun)
  test('who runs several clubs narrows the library to one of them', async ({ lab, visits }) => {
    await lab.system.admin.createClub({ clubId: 'quiet', name: 'Quiet club', timeZone: 'Europe/Paris' });
    const page = await visits.open(personOf(lab.system, 'SUPER_ADMIN'), { path: '/?tab=videos' });
    const card = page.getByTestId('video-card');
    await card.getByText('Club de Pádel Demo').first().waitFor();
    const showOnly = async (club: string): Promise<void> => {
      await page.getByTestId('filter-club').tap();
      await page.getByRole('option', { name: club, exact: true }).tap();
    };
    await showOnly('Quiet club');
    await page.getByText('No videos here').waitFor();
    await lookAt(page, 'library-club');
    await showOnly('Club de Pádel Demo');
    await card.first().waitFor();
  });

if (isLongRun)
  test('a video that is gone from the storage, and a match that failed, say so at their cards, at their pages and to whoever runs the portal', async ({
    lab,
    visits,
  }) => {
    const lost = await storeMatch(lab, 1);
    // Behind the portal's back.
    const db = new Database(join(lab.system.portalDataDir, 'portal.db'));
    const key = db
      .prepare<[string], string>('select object_key from match_session where id = ?')
      .pluck()
      .get(lost);
    await rm(join(lab.system.portalDataDir, 'objects', key ?? 'no movie'));
    const admin = await visits.open(personOf(lab.system, 'SUPER_ADMIN'), {
      path: '/admin/system',
    });
    await admin.getByTestId('sweep-none').waitFor();
    const page = await visits.open(personOf(lab.system, 'PLAYER'), {
      ...{ path: '/?tab=videos', expected: /40[49]|410|ERR_ABORTED|DEMUXER|MEDIA/ },
    });
    const card = page.locator(`[data-testid=video-card][data-session=${lost}]`);
    await card.getByTestId('watch').tap();
    const told = page.getByTestId('not-stored');
    await told.getByText('No longer in the storage').waitFor();
    await told.getByText('Tell the club').waitFor();
    expect(await page.getByTestId('download').count()).toBe(0);
    const [frame, button] = await Promise.all(
      [told, told.getByTestId('look-again')].map((part) => part.boundingBox()),
    );
    const bottomOf = (box: typeof frame): number => (box?.y ?? NaN) + (box?.height ?? NaN);
    expect(bottomOf(button)).toBeLessThan(bottomOf(frame));
    await lookAt(page, 'video-missing');
    await page.goto('/?tab=videos');
    await card.getByText('No longer in the storage').waitFor();
    expect(await card.getByTestId('download').count()).toBe(0);
    await lookAt(page, 'library-missing');

    await admin.getByTestId('compare-storage').tap();
    const tiles = admin.getByTestId('sweep-tiles');
    await expect.poll(() => tiles.getByText('Missing').locator('xpath=..').innerText()).toMatch(/\b1\b/);
    await admin.getByTestId('sweep-missing').tap();
    await admin.getByRole('link', { name: lost }).waitFor();
    await lookAt(admin, 'storage-comparison');
    await admin.reload();
    await admin.getByTestId('sweep-at').waitFor();

    // What its device says of a camera that did not come back.
    db.prepare(
      `update match_session set state = 'failed', movie_state = 'failed', reason = 'camera_lost' where id = ?`,
    ).run(lost);
    db.close();
    await page.goto('/?tab=videos');
    await card.getByTestId('why').tap();
    const said = page.getByTestId('video-failed');
    await expect
      .poll(async () => (await said.innerText()).replace(/\s+/g, ' ').trim())
      .toContain(
        'Nothing of it can be watched. The camera was lost and did not come back. Talk to the club.',
      );
    await lookAt(page, 'video-failed');
  });

if (isLongRun)
  test('a club’s recordings, minutes and failures are charts, day by day and court by court', async ({
    lab,
    visits,
  }) => {
    const text = loadTexts('fr-FR');
    const { admin, clubId } = lab.system;
    addPastMatches(lab, sessionId);
    const { days } = await admin.statistics(clubId, 28);
    const page = await visits.open(personOf(lab.system, 'CLUB_ADMIN'), {
      path: '/club/numbers',
      locale: 'fr-FR',
    });
    const chart = page.getByTestId('day-chart');
    const bars = chart.locator('[data-day]');
    const readBars = (name: 'data-value' | 'height'): Promise<number[]> =>
      bars.evaluateAll(
        (all, key) =>
          all.map((bar) =>
            Number((bar as unknown as { getAttribute(name: string): string }).getAttribute(key)),
          ),
        name,
      );
    const sumUp = (measure: 'recordings' | 'minutes' | 'failures', court?: string): number[] =>
      days.map((day) =>
        day.courts
          .filter(({ courtId }) => court === undefined || courtId === court)
          .reduce((sum, part) => sum + part[measure], 0),
      );
    const total = (parts: readonly number[]): number => parts.reduce((sum, part) => sum + part, 0);
    await chart.waitFor();
    for (const measure of ['minutes', 'failures', 'recordings'] as const) {
      await page.getByTestId(`measure-${measure}`).tap();
      await expect.poll(() => readBars('data-value')).toEqual(sumUp(measure));
      const heights = await readBars('height');
      const highest = sumUp(measure).indexOf(Math.max(...sumUp(measure)));
      expect(heights[highest]).toBe(Math.max(...heights));
      expect(heights[highest]).toBeGreaterThanOrEqual(25);
      expect(heights[highest]).toBeLessThanOrEqual(100);
      await lookAt(page, `numbers-${measure}`);
      expect(await listViolations(page)).toEqual([]);
    }
    const tiles = page.getByTestId('number-tiles').locator('div');
    const tileOf = (label: string) => tiles.filter({ hasText: text(label) }).locator('dd');
    expect(await tileOf('numbers_recordings').innerText()).toBe(String(total(sumUp('recordings'))));
    expect(await tileOf('numbers_failures').innerText()).toBe(String(total(sumUp('failures'))));

    // The first day of the chart, where a finger comes down.
    const [first] = days;
    await chart
      .locator('svg')
      .last()
      .tap({ position: { x: 2, y: 100 } });
    const day = new Intl.DateTimeFormat('fr', { day: 'numeric', month: 'short', timeZone: 'UTC' });
    await page
      .getByTestId('told-day')
      .getByText(day.format(new Date(first?.day ?? '')))
      .waitFor();

    const row = page.getByTestId('court-numbers').locator('[data-court=court2]');
    expect(await row.locator('dd').first().innerText()).toBe(String(total(sumUp('recordings', 'court2'))));
    const shares = (['court1', 'court2'] as const).map((court) => total(sumUp('minutes', court)));
    const wide = await row.locator('[data-bar=minutes]').getAttribute('width');
    expect(Number.parseFloat(wide ?? '')).toBeCloseTo(((shares[1] ?? 0) / Math.max(...shares)) * 100, 3);
    await page.getByTestId('chart-court').tap();
    await page.getByRole('option', { name: 'Court 2', exact: true }).tap();
    await expect.poll(() => readBars('data-value')).toEqual(sumUp('recordings', 'court2'));
    await page.getByTestId('court-numbers').scrollIntoViewIfNeeded();
    await lookAt(page, 'numbers-court');
  });
