/** The player's way to the video in WebKit, Safari's engine, and in Firefox: log in, watch, seek, download. */
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecordStatus } from '@padelvar/shared/portal-api';
import { describe, expect } from 'vitest';
import { parseStrip } from '../../edge/src/simulate/clip/frame-strip.ts';
import { isLongRun } from '../../edge/test/support/figures.ts';
import { readFrameNumbers } from '../../edge/test/support/frame-numbers.ts';
import { TEST_FFMPEG } from '../../edge/test/support/test-courts.ts';
import type { ApiClient } from '../../scripts/system/api-client.ts';
import {
  download,
  openSession,
  startRecording,
  stopAndWait,
  waitForStatus,
} from '../../scripts/system/match.ts';
import { untilFound } from '../support/driven-browser.ts';
import { openFirefox } from '../support/firefox.ts';
import { measureStrip, STRIP_PLACE } from '../support/browser-picture.ts';
import { personOf } from '../support/browser-visits.ts';
import type { Lab } from '../support/lab.ts';
import { test } from '../support/page-test.ts';
import { openWebKit } from '../support/webkit.ts';

const CODECS = ['H.264', 'H.265'] as const;
/** Enough to seek in. */
const SECONDS = 6;

interface Match {
  sessionId: string;
  moviePath: string;
}

let matches: Record<string, Match>;

test.beforeAll(async ({ lab }) => {
  const player = await lab.system.login('PLAYER');
  const recorded: Match[] = await Promise.all([
    record(lab, player, 'court1'),
    ...(isLongRun ? [record(lab, player, 'court5')] : []),
  ]);
  matches = Object.fromEntries(recorded.map((match, index) => [CODECS[index] ?? '', match]));
});

async function record({ folder }: Lab, player: ApiClient, courtId: string): Promise<Match> {
  const { sessionId } = await openSession(player, courtId);
  await startRecording(player, sessionId);
  const isEnough = ({ elapsedSeconds }: RecordStatus): boolean => elapsedSeconds > SECONDS;
  await waitForStatus(player, sessionId, isEnough, 30_000);
  await stopAndWait(player, sessionId);
  const moviePath = join(folder, `${courtId}.mp4`);
  await download(player, sessionId, moviePath);
  return { sessionId, moviePath };
}

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

/** Runs in the page: the strip of the picture that is shown. WebKit draws it a moment after it said so. */
const LOOK = `
const [strip, done] = arguments;
done((${measureStrip.toString()})(document.querySelector('video'), JSON.parse(strip)));
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
  test.for([
    ['H.264', 'WebKit', () => openWebKit()],
    ['H.264', 'Firefox', openFirefox],
    ...(isLongRun ? [['H.265', 'WebKit', () => openWebKit()] as const] : []),
  ] as const)('in %s plays, seeks and downloads in %s', async ([codec, , openBrowser], { lab }) => {
    const { sessionId = '', moviePath = '' } = matches[codec] ?? {};
    const browser = await openBrowser();
    try {
      const who = personOf(lab.system, 'PLAYER');
      const path = `/videos/${sessionId}`;
      await browser.open(`${lab.system.origin}${path}`);
      await browser.type('[data-testid=login-email]', who.email);
      await browser.type('[data-testid=login-password]', who.password);
      await browser.click('[data-testid=login-submit]');
      await untilFound('video', async () => ((await browser.run(ARRIVED, path)) === true ? true : undefined));

      expect(await browser.run(PLAY, 1.5)).toBeGreaterThanOrEqual(1.5);
      const read = { ffmpegPath: TEST_FFMPEG, clip: lab.simulator.clip };
      const numbers = await readFrameNumbers(moviePath, read);
      const shown = async (): Promise<number | undefined> =>
        parseStrip(await browser.run<number[]>(LOOK, JSON.stringify(STRIP_PLACE)));
      for (const frame of [20, 60, 21]) {
        await browser.run(SEEK, (frame + 0.5) / 25);
        // A picture shows its place in the clip; in the movie numbers go on over the clip's end.
        await expect.poll(shown).toBe((numbers[frame] ?? NaN) % lab.simulator.clip.frames);
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
