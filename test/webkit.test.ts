/** The player's way to the video in WebKit, Safari's engine: log in, watch, seek, download. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readJpegNumber } from '../edge/test/support/frame-numbers.ts';
import { TEST_FFMPEG } from '../edge/test/support/test-courts.ts';
import { download, openSession, startRecording, stopAndWait } from '../scripts/system/match.ts';
import { poll } from '../scripts/system/processes.ts';
import { openLab } from './support/lab.ts';
import type { Lab } from './support/lab.ts';
import { openWebKit } from './support/webdriver.ts';
import type { WebKit } from './support/webdriver.ts';

const RECORD_MS = 6_000;

let lab: Lab;
let webkit: WebKit;

beforeAll(async () => {
  lab = await openLab([{ kind: 'rtsp' }]);
  webkit = await openWebKit();
});

afterAll(async () => {
  await webkit.close();
  await lab.close();
});

/** Runs in the page: plays what it shows for so many seconds; answers where it is then, or what the player says is wrong. */
const PLAY = `
const [seconds, done] = arguments;
const video = document.querySelector('video');
video.muted = true;
video.addEventListener('error', () => done(video.error.message));
video.addEventListener('timeupdate', () => { if (video.currentTime >= seconds) done(video.currentTime); });
video.play().catch((error) => done(String(error)));
`;

/** Runs in the page: the picture at a second, as a JPEG data address. */
const LOOK = `
const [seconds, done] = arguments;
const video = document.querySelector('video');
video.pause();
video.addEventListener('seeked', () => {
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext('2d').drawImage(video, 0, 0);
  done(canvas.toDataURL('image/jpeg', 0.95));
}, { once: true });
video.currentTime = seconds;
`;

/** Runs in the page: the bytes behind the page's download link, as their SHA-256 and the name they are to have. */
const DOWNLOAD = `
const [path, done] = arguments;
fetch(path).then(async (answer) => {
  const digest = await crypto.subtle.digest('SHA-256', await answer.arrayBuffer());
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  done({ hex, disposition: answer.headers.get('content-disposition') });
}).catch((error) => done(String(error)));
`;

test('a match plays, seeks and downloads in WebKit', async () => {
  const player = await lab.system.login('PLAYER');
  const { sessionId } = await openSession(player, 'court1');
  await startRecording(player, sessionId);
  await new Promise((resolve) => setTimeout(resolve, RECORD_MS));
  await stopAndWait(player, sessionId);
  const path = join(lab.folder, 'downloaded.mp4');
  await download(player, sessionId, path);

  const who = lab.system.logins.find(({ role }) => role === 'PLAYER');
  await webkit.open(`${lab.system.origin}/videos/${sessionId}`);
  await webkit.type('[data-testid=login-email]', who?.email ?? '');
  await webkit.type('[data-testid=login-password]', who?.password ?? '');
  await webkit.click('[data-testid=login-submit]');
  const arrived = await poll(20_000, async () =>
    (await webkit.url()).endsWith(`/videos/${sessionId}`) &&
    (await webkit.run<boolean>("arguments[0](document.querySelector('video') !== null)"))
      ? true
      : undefined,
  );
  expect(arrived).toBe(true);

  expect(await webkit.run(PLAY, 1.5)).toBeGreaterThanOrEqual(1.5);
  const numbers: (number | undefined)[] = [];
  for (const frame of [20, 60, 21]) {
    const picture = await webkit.run<string>(LOOK, (frame + 0.5) / 25);
    const jpeg = Buffer.from(picture.slice(picture.indexOf(',') + 1), 'base64');
    numbers.push(await readJpegNumber(jpeg, TEST_FFMPEG));
  }
  const [first = Number.NaN] = numbers;
  const { frames } = lab.simulator.clip;
  expect(numbers).toEqual([first, (first + 40) % frames, (first + 1) % frames]);

  expect(await webkit.run(DOWNLOAD, `/api/video/files/${sessionId}/download`)).toEqual({
    hex: createHash('sha256')
      .update(await readFile(path))
      .digest('hex'),
    disposition: expect.stringContaining('attachment') as string,
  });
});
