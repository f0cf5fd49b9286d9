/** The movie in the page's `<video>`, and in FFmpeg as the judge of its bytes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Browser, Locator } from 'playwright-core';
import { expect } from 'vitest';
import { TEST_FFMPEG } from '../../edge/test/support/test-courts.ts';

/** As much of the page's HTMLVideoElement as is asked for here. */
interface VideoElement {
  currentTime: number;
  readonly duration: number;
  readonly videoWidth: number;
  readonly videoHeight: number;
  readonly error: { message: string } | null;
  readonly ownerDocument: {
    defaultView: { requestAnimationFrame(listener: (now: number) => void): void };
  };
  play(): Promise<void>;
  pause(): void;
  addEventListener(type: 'seeked', listener: () => void, options: { once: true }): void;
}

/** Plays until `seconds` have been shown. */
export async function playFor(
  video: Locator,
  seconds: number,
): Promise<{ width: number; height: number; seconds: number }> {
  // The player may give it its movie at that moment, by which the browser forgets that it was to play.
  const plays = (): Promise<boolean> =>
    video.evaluate((element: VideoElement) =>
      element.play().then(
        () => true,
        (error: unknown) => {
          if ((error as Error).name !== 'AbortError') throw error;
          return false;
        },
      ),
    );
  await expect.poll(plays).toBe(true);
  const readTime = (): Promise<number> => video.evaluate((element: VideoElement) => element.currentTime);
  await expect.poll(readTime, { timeout: 15_000 }).toBeGreaterThanOrEqual(seconds);
  return video.evaluate(({ videoWidth, videoHeight, duration }: VideoElement) => ({
    width: videoWidth,
    height: videoHeight,
    seconds: duration,
  }));
}

/** Seeks to the middle of a frame near the middle of the movie; answers the second that the player then stands at. */
export function pauseInTheMiddle(video: Locator): Promise<number> {
  return video.evaluate(async (element: VideoElement) => {
    const FRAME_SECONDS = 0.04;
    element.pause();
    const sought = new Promise<void>((resolve) => {
      element.addEventListener('seeked', resolve, { once: true });
    });
    element.currentTime = (Math.floor(element.duration / 2 / FRAME_SECONDS) + 0.5) * FRAME_SECONDS;
    await sought;
    return element.currentTime;
  });
}

/** Seeks, and answers the width of the picture that is shown then. Rejects with what the player says is wrong. */
export function seekTo(video: Locator, seconds: number): Promise<number> {
  return video.evaluate(async (element: VideoElement, to) => {
    const sought = new Promise<void>((resolve) => {
      element.addEventListener('seeked', resolve, { once: true });
    });
    element.currentTime = to;
    await sought;
    if (element.error !== null) throw new Error(element.error.message);
    // A browser without a processor to spare draws the picture a moment after it says that it is there.
    for (let frames = 0; frames < 2; frames += 1)
      await new Promise((resolve) => element.ownerDocument.defaultView.requestAnimationFrame(resolve));
    return element.videoWidth;
  }, seconds);
}

/** A movie as the edge serves it, or a piece of one, alone on a page and paused. */
export async function openServedMovie(
  browser: Browser,
  port: number,
  sessionId: string,
  piece = 'movie',
): Promise<Locator> {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${String(port)}/api/sessions/${sessionId}/${piece}`);
  const video = page.locator('video');
  await video.evaluate((element: VideoElement) => element.pause());
  return video;
}

/** What FFmpeg complains about when it decodes the whole file; empty where nothing. */
export async function findDecodingErrors(path: string): Promise<string> {
  const ffmpeg = spawn(TEST_FFMPEG, ['-v', 'error', '-nostdin', '-i', path, '-f', 'null', '-']);
  let complaint = '';
  ffmpeg.stderr.on('data', (text: Buffer) => (complaint += text.toString()));
  const [code] = (await once(ffmpeg, 'close')) as [number | null];
  return code === 0 ? complaint.trim() : `exit code ${String(code)}: ${complaint}`;
}
