/** What is asked of a page's `<video>` to tell when which picture is shown. */
import type { Page } from 'playwright-core';
import type { WatchedLine } from './watched-line.ts';

export interface SeekFigures {
  /** Until the picture of that moment was there. */
  ms: number;
  /** What had come over the line when nothing more came. */
  bytes: number;
}

/** Before a page's own scripts: `firstFrame()` resolves with the milliseconds from the last click to a `<video>`'s first picture. */
export const WATCH_FIRST_FRAME = `(() => {
  let clickedMs = 0;
  const found = Promise.withResolvers();
  addEventListener('click', () => (clickedMs = performance.now()), { capture: true });
  const look = () => {
    const video = document.querySelector('video');
    if (video === null) return;
    observer.disconnect();
    video.requestVideoFrameCallback((nowMs) => found.resolve(nowMs - clickedMs));
  };
  const observer = new MutationObserver(look);
  observer.observe(document, { childList: true, subtree: true });
  globalThis.firstFrame = () => found.promise;
})()`;

/** To be evaluated: a new `<video>`, alone; answers the milliseconds until its first picture. */
export function playPlainFile(address: string): string {
  return `new Promise((resolve, reject) => {
    const video = document.createElement('video');
    const beganMs = performance.now();
    video.muted = true;
    video.preload = 'auto';
    video.onerror = () => reject(new Error(video.error.message));
    video.requestVideoFrameCallback((nowMs) => resolve(nowMs - beganMs));
    document.body.replaceChildren(video);
    video.src = ${JSON.stringify(address)};
  })`;
}

/** A seek of the player that stands still. */
export async function seekAndWait(page: Page, line: WatchedLine, seconds: number): Promise<SeekFigures> {
  await untilQuiet(page, line);
  const before = line.arrivedBytes;
  const ms = await page.evaluate<number>(`new Promise((resolve) => {
    const video = document.querySelector('video');
    const beganMs = performance.now();
    const look = (nowMs, { mediaTime }) => {
      if (Math.abs(mediaTime - ${String(seconds)}) < 0.04) resolve(nowMs - beganMs);
      else video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);
    video.currentTime = ${String(seconds)};
  })`);
  await untilQuiet(page, line);
  return { ms, bytes: line.arrivedBytes - before };
}

const QUIET_MS = 700;

/** Nothing arrives any more. */
async function untilQuiet(page: Page, line: WatchedLine): Promise<void> {
  for (let before = -1; before !== line.arrivedBytes;) {
    before = line.arrivedBytes;
    await page.waitForTimeout(QUIET_MS);
  }
}
