/**
 * A movie of more than 4 GiB in every step: finished in place, uploaded in more parts than a store lists at once, taken up
 * again in the middle, read by ranges, streamed, and played at its end. In a short run the same steps with a small one.
 */
import { execFile } from 'node:child_process';
import { open, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { UPLOAD_PART_BYTES } from '@padelvar/shared/limits';
import { contentOf, getBox, readBoxes, readBoxHeader } from '@padelvar/shared/mp4/boxes';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { listByteRanges } from '../cloud/test/support/byte-ranges.ts';
import { openTestS3 } from '../cloud/test/support/s3.ts';
import type { TestS3 } from '../cloud/test/support/s3.ts';
import { isLongRun, tellFigures } from '../edge/test/support/figures.ts';
import { TEST_FFMPEG } from '../edge/test/support/test-courts.ts';
import { bringMovie } from '../scripts/benchmarks/bring-movie.ts';
import { openLongPart } from '../scripts/benchmarks/kept-part.ts';
import type { KeptPart } from '../scripts/benchmarks/kept-part.ts';
import { openLongRecording } from '../scripts/benchmarks/long-recording.ts';
import type { LongRecording } from '../scripts/benchmarks/long-recording.ts';
import { openMatchPortal, s3SettingsOf } from '../scripts/benchmarks/match-portal.ts';
import type { MatchPortal } from '../scripts/benchmarks/match-portal.ts';
import { untilQuiet } from '../scripts/benchmarks/player-probe.ts';
import { openBrowser } from './support/browser.ts';
import { seekTo } from './support/browser-movie.ts';
import { readShownNumber } from './support/browser-picture.ts';
import { createVisits } from './support/browser-visits.ts';

const GIB = 1024 ** 3;
/** The court's clip has 3.5 Mbit/s. */
const [SECONDS, LEAST_BYTES] = isLongRun ? [12_400, 5 * GIB] : [60, 20_000_000];
/** Where 32 bits end, or somewhere in a small movie. */
const BORDER = isLongRun ? 4 * GIB : 8_000_000;
const STORES = isLongRun ? ['folder', 's3'] : ['folder'];
const STEP_MS = isLongRun ? 40 * 60_000 : 120_000;
const FPS = 25;
/** Until the picture is there, of a movie of 4 Mbit/s; what a browser fetches ahead of it then is its own affair. */
const MOST_SEEK_BYTES = 1_000_000;
/** A line that is faster than any picture would count what is fetched ahead, too. */
const LINE = { offline: false, latency: 5, downloadThroughput: 1_250_000, uploadThroughput: -1 };

let part: KeptPart;
let browser: Browser;

beforeAll(async () => {
  part = await openLongPart(SECONDS);
  browser = await openBrowser();
}, STEP_MS);
afterAll(async () => {
  await browser.close();
  await part.close();
});

const listAddresses = (links: readonly { href: string }[]): string[] => links.map(({ href }) => href);

describe.each(STORES)('a movie beyond 32 bits, stored in the %s', (store) => {
  let s3: TestS3 | undefined;
  let portal: MatchPortal;
  let left: LongRecording;
  let sessionId: string;
  let totalBytes: number;
  const figures: Record<string, number | string> = {};

  beforeAll(async () => {
    s3 = store === 's3' ? await openTestS3() : undefined;
    portal = await openMatchPortal(await part.makeFolder(), s3 === undefined ? {} : s3SettingsOf(s3));
    const ids = portal.addMatch(SECONDS);
    ({ sessionId } = ids);
    const layout = store === 's3' ? 'index-last' : 'header-first';
    left = await openLongRecording({
      ...{ dataDir: await part.makeFolder(), part: await part.copy(), ids, layout },
      durationSeconds: SECONDS,
    });
  }, STEP_MS);
  afterAll(async () => {
    await left.close();
    await portal.close();
    await s3?.server.close();
    tellFigures(`a movie of ${(totalBytes / GIB).toFixed(2)} GiB, ${store}`, figures);
  }, STEP_MS);

  const timed = async (name: string, act: () => Promise<unknown>): Promise<void> => {
    const beganMs = performance.now();
    await act();
    figures[name] = Math.round(performance.now() - beganMs);
  };

  test(
    'is finished in place, with 64-bit offsets, and decodes at its end',
    async () => {
      const { recording, paths } = left;
      await timed('indexMs', () => recording.finalise());
      await timed('renameMs', () => recording.settle());
      totalBytes = recording.view.finished()?.totalBytes ?? 0;
      expect(totalBytes).toBeGreaterThan(LEAST_BYTES);
      const boxes = await readIndex(paths.movie);
      expect(boxes).toEqual(isLongRun ? ['stsz', 'co64'] : ['stsz', 'stco']);
      const end = ['-v', 'error', '-sseof', '-4', '-i', paths.movie, '-f', 'null', '-'];
      expect((await promisify(execFile)(TEST_FFMPEG, end)).stderr).toBe('');
    },
    STEP_MS,
  );

  test(
    'goes up in parts, each once, though its uploader was ended near the end',
    async () => {
      const parts = Math.ceil(totalBytes / UPLOAD_PART_BYTES);
      const breakAt = Math.max(1, Math.floor(parts * 0.99));
      const brought = await bringMovie(portal.client, left, { breakAfterParts: breakAt });
      expect(brought).toMatchObject({ resentBytes: 0, puts: parts });
      Object.assign(figures, { ...brought, uploadMs: Math.round(brought.uploadMs) });
    },
    STEP_MS,
  );

  test('is read by ranges at the border of 32 bits, at its end, and everywhere', async () => {
    const get = async (range: string): Promise<Buffer> => {
      const answer = await portal.player.downloadVideo(sessionId, { range });
      expect(answer.status).toBe(206);
      expect(answer.headers.get('content-range')).toMatch(new RegExp(`/${String(totalBytes)}$`));
      return Buffer.from(await answer.arrayBuffer());
    };
    const places = Array.from({ length: 12 }, (_, index) => Math.floor((index / 12) * totalBytes));
    for (const offset of [BORDER - 1000, BORDER - 1, BORDER, totalBytes - 2000, ...places]) {
      const held = await left.recording.view.read(offset, 2000);
      expect((await get(`bytes=${String(offset)}-${String(offset + 1999)}`)).equals(held)).toBe(true);
    }
    const tail = await left.recording.view.read(totalBytes - 500, 500);
    expect((await get('bytes=-500')).equals(tail)).toBe(true);
    const beyond = portal.player.downloadVideo(sessionId, { range: `bytes=${String(totalBytes)}-` });
    await expect(beyond).rejects.toMatchObject({ status: 416 });
  });

  test('has a playlist whose byte ranges are its fragments, also beyond the border', async () => {
    const answer = await portal.player.fetch(`/api/video/files/${sessionId}/playlist.m3u8`);
    const text = await answer.text();
    const ranges = listByteRanges(text);
    Object.assign(figures, { segments: ranges.length, playlistBytes: text.length });
    const beyond = ranges.filter(({ offset, bytes }) => offset + bytes > BORDER);
    expect(beyond.length).toBeGreaterThan(1);
    for (const range of [...beyond.slice(0, 2), ...beyond.slice(-1)])
      expect((await left.recording.view.read(range.offset + 4, 4)).toString()).toBe('moof');
  });

  test(
    'plays at its end, in the player and as a plain file, without being read to there [ZoneMinder 5144, 5146]',
    async () => {
      const visits = createVisits(browser, portal);
      const expected = /ERR_ABORTED/;
      const page = await visits.open(portal.login, { path: `/videos/${sessionId}`, expected });
      let readBytes = 0;
      const network = await page.context().newCDPSession(page);
      await network.send('Network.enable');
      network.on('Network.dataReceived', ({ encodedDataLength }) => void (readBytes += encodedDataLength));
      const video = page.getByTestId('video');
      await expect.poll(() => durationOf(video)).toBeGreaterThan(SECONDS - 25);
      await expectEndOf(video, part.clip.frames);
      const origins = await page.locator('link[rel=preconnect]').evaluateAll(listAddresses);
      expect(origins).toEqual(s3 === undefined ? [] : [`${new URL(s3.settings.endpoint ?? '').origin}/`]);
      await page.goto(`/api/video/files/${sessionId}/download?disposition=inline`);
      const plain = page.locator('video');
      await plain.evaluate((element: { pause: () => void }) => element.pause());
      await expect.poll(() => durationOf(plain)).toBeGreaterThan(SECONDS - 25);
      await expectEndOf(plain, part.clip.frames);
      // A browser fetches some megabytes ahead of what it plays.
      expect(readBytes).toBeLessThan(Math.max(totalBytes / 10, 16 * 1024 ** 2));
      Object.assign(figures, { readBytes });
      expect(await visits.end()).toEqual([]);
    },
    STEP_MS,
  );
});

if (!isLongRun)
  test(
    '[immich PR 29823] a movie whose index stands at its end is sought without being read to there, in the player and as a plain file',
    async () => {
      const portal = await openMatchPortal(await part.makeFolder(), {});
      const ids = portal.addMatch(SECONDS);
      const left = await openLongRecording({
        ...{ dataDir: await part.makeFolder(), part: await part.copy(), ids, layout: 'index-last' },
        durationSeconds: SECONDS,
      });
      onTestFinished(async () => {
        await left.close();
        await portal.close();
      });
      await left.recording.finalise();
      await bringMovie(portal.client, left);
      const visits = createVisits(browser, portal);
      const page = await visits.open(portal.login, {
        path: `/videos/${ids.sessionId}`,
        expected: /ERR_ABORTED/,
      });
      let readBytes = 0;
      const network = await page.context().newCDPSession(page);
      await network.send('Network.enable');
      await network.send('Network.emulateNetworkConditions', LINE);
      network.on('Network.dataReceived', ({ encodedDataLength }) => void (readBytes += encodedDataLength));
      const line = {
        get arrivedBytes() {
          return readBytes;
        },
      };
      const measure = async (video: Locator): Promise<number> => {
        await expect.poll(() => durationOf(video)).toBeGreaterThan(SECONDS - 25);
        await untilQuiet(line);
        const before = readBytes;
        const frame = Math.floor((SECONDS / 2) * FPS) + 7;
        await seekTo(video, (frame + 0.5) / FPS);
        const arrived = readBytes - before;
        expect(await readShownNumber(video)).toBe(frame % part.clip.frames);
        return arrived;
      };
      const inPlayer = await measure(page.getByTestId('video'));
      await page.goto(`/api/video/files/${ids.sessionId}/download?disposition=inline`);
      const plain = page.locator('video');
      await plain.evaluate((element: { pause: () => void }) => element.pause());
      const asFile = await measure(plain);
      tellFigures('a seek in a movie whose index stands last', { inPlayer, asFile, readBytes });
      expect(inPlayer).toBeLessThan(MOST_SEEK_BYTES);
      expect(asFile).toBeLessThan(MOST_SEEK_BYTES);
      expect(await visits.end()).toEqual([]);
    },
    STEP_MS,
  );

/** Its last boxes of sample sizes and chunk offsets. */
async function readIndex(path: string): Promise<string[]> {
  const { size } = await stat(path);
  const file = await open(path, 'r');
  try {
    const head = Buffer.alloc(64);
    await file.read(head, 0, head.byteLength, 0);
    const fileType = readBoxHeader(head, 0)?.bytes ?? 0;
    const media = readBoxHeader(head, fileType);
    expect(media?.type).toBe('mdat');
    const indexAt = fileType + (media?.bytes ?? 0);
    const moov = Buffer.alloc(size - indexAt);
    await file.read(moov, 0, moov.byteLength, indexAt);
    const table = getBox(moov, ['moov', 'trak', 'mdia', 'minf', 'stbl']);
    return [...readBoxes(moov, ...contentOf(table))].map(({ type }) => type).slice(-2);
  } finally {
    await file.close();
  }
}

const durationOf = (video: Locator): Promise<number> =>
  video.evaluate((element: { duration: number }) => element.duration);

/** The frame of that moment is shown, and it plays until its end. */
async function expectEndOf(video: Locator, clipFrames: number): Promise<void> {
  const seconds = await durationOf(video);
  const frame = Math.floor((seconds - 3) * FPS);
  await seekTo(video, (frame + 0.5) / FPS);
  expect(await readShownNumber(video)).toBe(frame % clipFrames);
  await video.evaluate(async (element: { muted: boolean; play: () => Promise<void> }) => {
    element.muted = true;
    await element.play();
  });
  await expect.poll(() => video.evaluate((element: { ended: boolean }) => element.ended)).toBe(true);
}
