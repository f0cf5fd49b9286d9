/** A match is watched on the club's network before it is in the library, on a phone: by the portal's link to the edge. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { isLongRun } from '../../edge/test/support/figures.ts';
import type { ApiClient } from '../../scripts/system/api-client.ts';
import {
  download,
  openSession,
  startRecording,
  statusOf,
  waitForStatus,
} from '../../scripts/system/match.ts';
import { listViolations } from '../support/browser-access.ts';
import { lookAt } from '../support/browser-look.ts';
import { findDecodingErrors, playFor } from '../support/browser-movie.ts';
import { personOf } from '../support/browser-visits.ts';
import type { Person, Visits } from '../support/browser-visits.ts';
import type { Lab } from '../support/lab.ts';
import { test } from '../support/page-test.ts';
import { signOldLink } from '../support/old-watch-link.ts';

/** A line on which some seconds of match are on their way for minutes. */
const SLOW_KBIT = 64;
/** So much of the match is recorded before it is watched. */
const SECONDS = 8;
let player: ApiClient;
let sessionId: string;
let deviceId: string;

test.beforeAll(async ({ lab }) => {
  player = await lab.system.login('PLAYER');
  const { items } = await lab.system.admin.devices();
  deviceId = items[0]?.deviceId ?? '';
  await setLine(lab, SLOW_KBIT);
  sessionId = (await openSession(player, 'court1')).sessionId;
  await startRecording(player, sessionId);
  await waitForStatus(player, sessionId, ({ elapsedSeconds }) => elapsedSeconds > SECONDS, 30_000);
});

function setLine({ system }: Lab, uplinkKbitPerSecond: number | null): Promise<unknown> {
  return system.admin.updateDevice(deviceId, { uplinkKbitPerSecond });
}

/** On the match's page, taps the way to the edge's own page; answers that, in the tab it opens. */
async function watchAtClub(visits: Visits, who: Person): Promise<Page> {
  // What a page was still reading when it is closed is broken off.
  const visit = { path: `/match/${sessionId}`, expected: /\/watch\/.*ERR_ABORTED/ };
  const page = await visits.open(who, visit);
  const opened = page.waitForEvent('popup');
  await page.getByTestId('watch-at-club').getByRole('link').tap();
  const atClub = await opened;
  await atClub.waitForURL(({ pathname }) => pathname === `/watch/${sessionId}`);
  return atClub;
}

/** Pictures that the browser has shown of the page's movie. */
const countShown = (page: Page): Promise<number> =>
  page.evaluate<number>('document.querySelector("video").getVideoPlaybackQuality().totalVideoFrames');

if (isLongRun)
  test('a match that runs plays from its beginning, and goes on with what was recorded since', async ({
    lab,
    visits,
  }) => {
    const page = await watchAtClub(visits, personOf(lab.system, 'PLAYER'));
    const { hostname, port } = new URL(page.url());
    const own = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    expect(own.filter(({ internal }) => !internal).map(({ address }) => address)).toContain(hostname);
    expect(port).toBe(new URL(lab.system.lanOrigin).port);
    await page.getByText('The match is still being recorded.').waitFor();
    const video = page.locator('video');
    const first = await playFor(video, 2);
    expect(first).toMatchObject({ width: 1280, height: 720 });
    expect(first.seconds).toBeGreaterThan(SECONDS - 1);
    expect(await countShown(page)).toBeGreaterThan(25);
    await lookAt(page, 'at-club-running');

    await page.getByRole('link', { name: 'Show what was recorded since' }).tap();
    await page.waitForURL(({ hash }) => hash.startsWith('#t='));
    await expect
      .poll(() => video.evaluate(({ duration }: { duration: number }) => duration), { timeout: 15_000 })
      .toBeGreaterThan(first.seconds);
    await playFor(video, 3);
    expect(await listViolations(page)).toEqual([]);
  });

test('a match on its way plays there, and is saved as the very bytes that the library then has', async ({
  lab,
  visits,
}) => {
  await player.stopRecording(sessionId);
  await waitForStatus(player, sessionId, ({ movie }) => movie === 'uploading', 15_000);
  const page = await watchAtClub(visits, personOf(lab.system, 'PLAYER'));
  await page.getByText('Straight from the club’s recorder').waitFor();
  const shown = await playFor(page.locator('video'), 2);
  expect(shown).toMatchObject({ width: 1280, height: 720 });
  expect(await countShown(page)).toBeGreaterThan(25);
  const started = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download' }).tap();
  const saved = join(lab.folder, 'saved-at-the-club.mp4');
  await (await started).saveAs(saved);
  expect((await statusOf(player, sessionId)).movie).toBe('uploading');

  await setLine(lab, null);
  await waitForStatus(player, sessionId, ({ movie }) => movie === 'ready', 60_000);
  const stored = join(lab.folder, 'stored.mp4');
  expect(await download(player, sessionId, stored)).toBeGreaterThan(1_000_000);
  expect(await hashOf(saved)).toBe(await hashOf(stored));
  expect(await findDecodingErrors(saved)).toBe('');
});

if (isLongRun)
  test('a link for another match, and one that is over, lead to a page that says what to do', async ({
    lab,
    visits,
  }) => {
    const other = (await openSession(player, 'court2')).sessionId;
    await startRecording(player, other);
    const { url } = await player.linkAtClub(other);
    const good = new URL(url);
    const page = await visits.arrive({ expected: /401|ERR_BLOCKED|favicon/ });
    const wrong = new URL(good);
    wrong.pathname = `/watch/${sessionId}`;
    const old = new URL(good);
    old.searchParams.set(
      'token',
      await signOldLink(lab.system.portalDataDir, {
        deviceId,
        sessionId: other,
        expiresAt: Date.now() - 1000,
      }),
    );
    for (const refused of [wrong, old]) {
      const answer = await page.goto(refused.href);
      expect(answer?.status()).toBe(401);
      await page.getByRole('heading', { name: 'This link is over' }).waitFor();
      expect(await page.locator('video').count()).toBe(0);
      const back = page.getByRole('link', { name: 'Open the portal' });
      expect(await back.getAttribute('href')).toBe(
        `${lab.system.origin}${refused.pathname.replace('/watch/', '/match/')}`,
      );
      await lookAt(page, 'at-club-refused');
      expect(await listViolations(page)).toEqual([]);
    }
    expect((await page.goto(good.href))?.status()).toBe(200);
    await player.stopRecording(other);
  });

async function hashOf(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}
