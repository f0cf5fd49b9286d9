/** What cameras send beside plain H.264, as movies in Chromium: from the first second to the end, and by seeks. */
import { existsSync } from 'node:fs';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLanApi, openLanServer } from '../edge/src/lan/lan-api.ts';
import type { LanServer } from '../edge/src/lan/lan-api.ts';
import type { CourtOptions } from '../edge/src/simulate/court.ts';
import type { Simulator } from '../edge/src/simulate/simulator.ts';
import { inspectMovie, openMatchLab } from '../edge/test/support/match-lab.ts';
import type { MatchLab } from '../edge/test/support/match-lab.ts';
import { SMALL_CLIP, startTestCourts } from '../edge/test/support/test-courts.ts';
import { readTimes } from '../edge/test/support/trouble-lab.ts';
import { openBrowser } from './support/browser.ts';
import { openServedMovie, seekTo } from './support/browser-movie.ts';
import { readShownNumber } from './support/browser-picture.ts';

const CASES: { name: string; court: Omit<CourtOptions, 'kind'>; hasSound: boolean }[] = [
  { name: 'B-frames', court: { stream: { bFrames: 2 } }, hasSound: false },
  { name: 'B-frames and AAC', court: { stream: { bFrames: 2 }, audio: 'aac' }, hasSound: true },
  { name: 'G.711', court: { audio: 'pcma' }, hasSound: true },
  { name: 'keyframes 10 s apart', court: { stream: { gopFrames: 250 } }, hasSound: false },
];
const RECORD_MS = 3_000;

let simulator: Simulator;
let lab: MatchLab;
let server: LanServer;
let browser: Browser;

beforeAll(async () => {
  simulator = await startTestCourts(
    CASES.map(({ court }) => ({ kind: 'rtsp', ...court })),
    SMALL_CLIP,
  );
  lab = await openMatchLab(simulator.courts, { audio: true });
  server = await openLanServer(createLanApi({ sessions: lab.manager, health: () => ({}) }), 0);
  browser = await openBrowser();
}, 240_000);

afterAll(async () => {
  await browser.close();
  await server.close();
  await lab.dispose();
  await simulator.close();
});

interface VideoElement {
  currentTime: number;
  readonly error: { message: string } | null;
  /** Chromium's own. */
  readonly webkitAudioDecodedByteCount: number;
  play(): Promise<void>;
  addEventListener(type: 'ended' | 'error', listener: () => void): void;
}

/** Plays to the end; answers the bytes of sound that were decoded. */
function playToEnd(video: Locator): Promise<number> {
  return video.evaluate(async (element: VideoElement) => {
    const end = new Promise<void>((resolve, reject) => {
      element.addEventListener('ended', resolve);
      element.addEventListener('error', () => reject(new Error(element.error?.message)));
    });
    element.currentTime = 0;
    await element.play();
    await end;
    return element.webkitAudioDecodedByteCount;
  });
}

async function record(courtId: string): Promise<string> {
  const sessionId = lab.open(courtId);
  await lab.reaches(sessionId, 'created');
  lab.start(sessionId);
  await lab.records(sessionId, RECORD_MS);
  lab.stop(sessionId);
  await lab.reaches(sessionId, 'complete');
  await lab.until('the final file', () => existsSync(lab.moviePath(sessionId)));
  return sessionId;
}

describe('a movie', () => {
  it.concurrent.each(CASES.map((one, index) => ({ ...one, index })))(
    'plays to its end and shows the frame that was sought: $name',
    async ({ index, hasSound }) => {
      const sessionId = await record(`c${String(index + 1)}`);
      const path = lab.moviePath(sessionId);
      const { numbers, complaints } = await inspectMovie(path, simulator.clip);
      expect(complaints).toBe('');
      const begins = (await readTimes(path)).map(({ beginMs }) => beginMs).sort((a, b) => a - b);
      const video = await openServedMovie(browser, server.port, sessionId);
      for (const position of [40, 60, 5, 41]) {
        await seekTo(video, ((begins[position] ?? 0) + 20) / 1000);
        expect(await readShownNumber(video)).toBe(numbers[position]);
      }
      expect((await playToEnd(video)) > 0).toBe(hasSound);
    },
  );
});
