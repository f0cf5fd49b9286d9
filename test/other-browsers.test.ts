/** The player's way to the video in WebKit, Safari's engine, and in Firefox: log in, watch, seek, download. */
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFrameNumbers, readJpegNumber } from '../edge/test/support/frame-numbers.ts';
import { TEST_FFMPEG } from '../edge/test/support/test-courts.ts';
import type { ApiClient } from '../scripts/system/api-client.ts';
import { download, openSession, startRecording, stopAndWait } from '../scripts/system/match.ts';
import { untilFound } from './support/driven-browser.ts';
import { openFirefox } from './support/firefox.ts';
import { openLab } from './support/lab.ts';
import type { Lab } from './support/lab.ts';
import { openWebKit } from './support/webkit.ts';

const RECORD_MS = 6_000;

interface Match {
  sessionId: string;
  moviePath: string;
}

let lab: Lab;
let matches: Record<'H.264' | 'H.265', Match>;

beforeAll(async () => {
  lab = await openLab([{ kind: 'rtsp' }, { kind: 'rtsp', stream: { codec: 'hevc' } }]);
  const player = await lab.system.login('PLAYER');
  const [avc, hevc] = await Promise.all([record(player, 'court1'), record(player, 'court2')]);
  matches = { 'H.264': avc, 'H.265': hevc };
});

async function record(player: ApiClient, courtId: string): Promise<Match> {
  const { sessionId } = await openSession(player, courtId);
  await startRecording(player, sessionId);
  await new Promise((resolve) => setTimeout(resolve, RECORD_MS));
  await stopAndWait(player, sessionId);
  const moviePath = join(lab.folder, `${courtId}.mp4`);
  await download(player, sessionId, moviePath);
  return { sessionId, moviePath };
}

afterAll(() => lab.close());

/**
 * Runs in the page: plays what it shows for so many seconds; answers where it is then, or what the player says is wrong. One
 * that can't play the movie piece by piece takes the plain file before it knows how long it is.
 */
const PLAY = `
const [seconds, done] = arguments;
const video = document.querySelector('video');
video.muted = true;
video.addEventListener('timeupdate', () => { if (video.currentTime >= seconds) done(video.currentTime); });
const play = () => video.play().catch((error) => done(String(error)));
if (video.readyState >= 1) play();
else video.addEventListener('loadedmetadata', play, { once: true });
`;

/** Runs in the page: seeks, paused; answers when the player says that it is there. */
const SEEK = `
const [seconds, done] = arguments;
const video = document.querySelector('video');
video.pause();
video.addEventListener('seeked', () => done(video.currentTime), { once: true });
video.currentTime = seconds;
`;

/** Runs in the page: the picture that is shown, as a JPEG data address. WebKit draws it a moment after it said so. */
const LOOK = `
const [, done] = arguments;
const video = document.querySelector('video');
const canvas = document.createElement('canvas');
canvas.width = video.videoWidth;
canvas.height = video.videoHeight;
canvas.getContext('2d').drawImage(video, 0, 0);
done(canvas.toDataURL('image/jpeg', 0.95));
`;

/** Its name and its SHA-256, once the browser has put it there whole: Firefox writes beside an empty file first. */
async function waitForDownload(folder: string): Promise<{ name: string; hash: string }> {
  return untilFound('a downloaded movie', async () => {
    const names = await readdir(folder);
    const [name = ''] = names;
    // Firefox writes beside the name that the file will have, and takes that away in between.
    if (names.length !== 1 || name.endsWith('.part')) return undefined;
    const bytes = await readFile(join(folder, name));
    return bytes.length === 0 ? undefined : { name, hash: hashOf(bytes) };
  });
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Runs in the page: whether it is the one at that path, with its player. */
const ARRIVED = `
const [path, done] = arguments;
done(location.pathname === path && document.querySelector('video') !== null);
`;

describe('a match', () => {
  // Private ones by ranges [immich 1035, PeerTube 5617], H.265 by the name that Apple takes [frigate PR 10105].
  // Debian's Firefox and Chromium decode no H.265.
  it.each([
    ['H.264', 'WebKit', () => openWebKit()],
    ['H.264', 'Firefox', openFirefox],
    ['H.265', 'WebKit', () => openWebKit()],
  ] as const)('in %s plays, seeks and downloads in %s', async (codec, _, openBrowser) => {
    const { sessionId, moviePath } = matches[codec];
    const browser = await openBrowser();
    try {
      const who = lab.system.logins.find(({ role }) => role === 'PLAYER');
      const path = `/videos/${sessionId}`;
      await browser.open(`${lab.system.origin}${path}`);
      await browser.type('[data-testid=login-email]', who?.email ?? '');
      await browser.type('[data-testid=login-password]', who?.password ?? '');
      await browser.click('[data-testid=login-submit]');
      await untilFound('video', async () => ((await browser.run(ARRIVED, path)) === true ? true : undefined));

      expect(await browser.run(PLAY, 1.5)).toBeGreaterThanOrEqual(1.5);
      const read = { ffmpegPath: TEST_FFMPEG, clip: lab.simulator.clip };
      const numbers = await readFrameNumbers(moviePath, read);
      const shown = async (): Promise<number | undefined> => {
        const picture = await browser.run<string>(LOOK, '');
        return readJpegNumber(Buffer.from(picture.slice(picture.indexOf(',') + 1), 'base64'), TEST_FFMPEG);
      };
      for (const frame of [20, 60, 21]) {
        await browser.run(SEEK, (frame + 0.5) / 25);
        await expect.poll(shown).toBe(numbers[frame]);
      }

      await browser.click('[data-testid=download]');
      expect(await waitForDownload(browser.downloads)).toEqual({
        name: expect.stringMatching(/^Club de Pádel Demo - .+ - 20\d\d-\d\d-\d\d \d\dh\d\d\.mp4$/) as string,
        hash: hashOf(await readFile(moviePath)),
      });
    } finally {
      await browser.close();
    }
  });
});
