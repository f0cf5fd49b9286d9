/** A camera that is set to another codec in the middle of a match: both movies on the edge, in the store and in Chromium. */
import { createHash } from 'node:crypto';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeletionReceipt, Video } from '@padelvar/shared/portal-api';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { ApiClient } from '../scripts/system/api-client.ts';
import { openSession, startRecording, stopAndWait } from '../scripts/system/match.ts';
import { openBrowser } from './support/browser.ts';
import { lookAt } from './support/browser-look.ts';
import { createVisits } from './support/browser-visits.ts';
import type { Visits } from './support/browser-visits.ts';
import { countFrames, openLab, WHOLE } from './support/lab.ts';
import type { Lab } from './support/lab.ts';

/** So much of each codec is some seconds of the simulated camera, with a keyframe in them. */
const ENOUGH_BYTES = { hevc: 300_000, h264: 2_000_000 };
const PATIENT = { timeout: 60_000, interval: 500 };
let lab: Lab;
let browser: Browser;
let visits: Visits;
let player: ApiClient;
let sessionId: string;

beforeAll(async () => {
  // Chromium on Linux plays H.264 and no H.265: the second movie is the one to be watched.
  lab = await openLab([{ kind: 'rtsp', stream: { codec: 'hevc' }, otherStream: { codec: 'h264' } }]);
  browser = await openBrowser();
  visits = createVisits(browser, lab.system);
  player = await lab.system.login('PLAYER');
  ({ sessionId } = await openSession(player, 'court1'));
  await startRecording(player, sessionId);
  await hasGrown(1, ENOUGH_BYTES.hevc);
  await lab.court(0).setFault({ fault: 'codec' });
  await hasGrown(2, ENOUGH_BYTES.h264);
  await stopAndWait(player, sessionId);
});
afterAll(async () => {
  await browser.close();
  await lab.close();
});
afterEach(async () => {
  expect(await visits.end()).toEqual([]);
});

const localPath = (name: string): string =>
  join(lab.system.edgeDataDir, 'videos', lab.system.clubId, `${sessionId}${name}`);

async function hasGrown(part: number, bytes: number): Promise<void> {
  const path = localPath(`/part-${String(part)}.mp4`);
  await vi.waitFor(async () => expect((await stat(path)).size).toBeGreaterThan(bytes), PATIENT);
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const readVideo = (video: Locator, name: 'currentTime' | 'duration'): Promise<number> =>
  video.evaluate((element, key) => (element as unknown as Record<string, number>)[key] ?? Number.NaN, name);

async function download(path: string): Promise<{ bytes: Buffer; fileName: string }> {
  const answer = await player.fetch(`/api/video/files/${sessionId}${path}/download`);
  expect(answer.status).toBe(200);
  const fileName = answer.headers.get('content-disposition') ?? '';
  return { bytes: Buffer.from(await answer.arrayBuffer()), fileName };
}

async function waitForFurther(): Promise<Video> {
  return vi.waitFor(async () => {
    const video = await player.getVideo(sessionId);
    expect(video.further).toMatchObject([{ number: 2, ready: true }]);
    return video;
  }, PATIENT);
}

test('both movies of the match are in the store as they are on the edge, and every frame is in them', async () => {
  const { movie, codec, gaps, further } = await waitForFurther();
  expect({ movie, codec }).toEqual({ movie: 'ready', codec: 'hvc1' });
  expect(further).toMatchObject([{ number: 2, codec: 'avc1', reason: 'codec_changed' }]);
  expect(gaps.map(({ reason }) => reason)).toContain('codec_changed');
  // As the edge serves them: the file that it finished in place has its index behind the pictures.
  for (const [path, local, name] of [
    ['', 'movie', '.mp4'],
    ['/further/2', 'movie/2', '-2.mp4'],
  ] as const) {
    const { bytes, fileName } = await download(path);
    const served = await fetch(`${lab.system.lanOrigin}/api/sessions/${sessionId}/${local}`);
    expect(hashOf(bytes)).toBe(hashOf(await served.bytes()));
    expect(fileName).toContain(name);
    const copy = join(lab.folder, `movie${name}`);
    await writeFile(copy, bytes);
    const { frames, ...faults } = await countFrames(copy, lab.simulator.clip);
    expect(faults).toMatchObject(WHOLE);
    expect(frames).toBeGreaterThan(50);
  }
});

test('the page shows one match, and plays the part that was recorded in the other codec', async () => {
  const { further } = await waitForFurther();
  const login = lab.system.logins.find(({ role }) => role === 'PLAYER');
  if (login === undefined) throw new Error('no login of a player');
  const page = await visits.open(login, { path: '/?tab=videos' });
  await page.getByTestId('video-card').waitFor();
  expect(await page.getByTestId('video-card').count()).toBe(1);
  await lookAt(page, 'library-parts');
  await page.getByTestId('watch').tap();
  const parts = page.getByTestId('parts');
  await parts.getByText(/^Part 2: the camera’s codec changed at 0:\d\d$/).waitFor();
  await lookAt(page, 'parts');
  await page.getByTestId('part-2').tap();
  const video = page.getByTestId('video');
  const seconds = further[0]?.durationSeconds ?? 0;
  await expect
    .poll(async () => Math.abs((await readVideo(video, 'duration')) - seconds), PATIENT)
    .toBeLessThan(0.1);
  await page.getByTestId('play').tap();
  await expect.poll(() => readVideo(video, 'currentTime'), PATIENT).toBeGreaterThan(0.5);
  expect(await page.getByTestId('part-download-2').getAttribute('href')).toBe(
    `/api/video/files/${sessionId}/further/2/download`,
  );
  await lookAt(page, 'parts-second');
});

test('a deletion leaves neither of them, in the store and on the edge, and its receipt says when that was', async () => {
  await waitForFurther();
  const { bytes: first } = await download('');
  const { bytes: second } = await download('/further/2');
  const receipt = await player.deleteVideo(sessionId);
  expect(receipt).toMatchObject({ bytes: first.length + second.length, storeErased: true });
  for (const name of ['.mp4', '.2.mp4', ''])
    await vi.waitFor(() => expect(stat(localPath(name))).rejects.toThrow('ENOENT'), PATIENT);
  const readReceipt = async (): Promise<DeletionReceipt> =>
    (await (await player.fetch(`/api/video/files/${sessionId}/receipt`)).json()) as DeletionReceipt;
  await vi.waitFor(async () => expect((await readReceipt()).deviceErasedAt).not.toBeNull(), PATIENT);
  const later = await readReceipt();
  expect(later).toEqual({ ...receipt, deviceErasedAt: expect.any(String) as string });
  const [deletedMs, erasedMs] = [Date.parse(receipt.deletedAt), Date.parse(later.deviceErasedAt ?? '')];
  expect(erasedMs).toBeGreaterThanOrEqual(deletedMs);
  expect(erasedMs).toBeLessThanOrEqual(Date.now());
});
