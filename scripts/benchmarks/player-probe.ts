/** What is asked of a page's `<video>` to tell when which picture is shown. */
import { setTimeout as delay } from 'node:timers/promises';
import type { WatchedLine } from './watched-line.ts';

/** A page with one `<video>`, in whatever browser, behind a line. */
export interface Watched {
  /** Evaluates an expression that is a number or promises one. */
  ask(expression: string): Promise<number>;
  line: WatchedLine;
}

export interface SeekFigures {
  /** Until the picture of that moment was there. */
  ms: number;
  /** What had come over the line by then, or by when nothing more came. */
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

/** A seek of the player that stands still; its bytes are all that it fetched for it. */
export async function seekPlayer(watched: Watched, seconds: number): Promise<SeekFigures> {
  const { line } = watched;
  await untilQuiet(line);
  const before = line.arrivedBytes;
  const ms = await seek(watched, seconds);
  await untilQuiet(line);
  return { ms, bytes: line.arrivedBytes - before };
}

/** A seek in a plain file, which a browser goes on reading ahead: its bytes are those that came until its picture. */
export async function seekPlainFile(watched: Watched, seconds: number): Promise<SeekFigures> {
  await delay(QUIET_MS);
  const before = watched.line.arrivedBytes;
  const ms = await seek(watched, seconds);
  return { ms, bytes: watched.line.arrivedBytes - before };
}

/** Milliseconds until the frame of that moment is shown. */
function seek(watched: Watched, seconds: number): Promise<number> {
  return watched.ask(`new Promise((resolve) => {
    const video = document.querySelector('video');
    const beganMs = performance.now();
    const look = (nowMs, { mediaTime }) => {
      if (Math.abs(mediaTime - ${String(seconds)}) < 0.04) resolve(nowMs - beganMs);
      else video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);
    video.currentTime = ${String(seconds)};
  })`);
}

const QUIET_MS = 700;

/** Nothing arrives any more. */
export async function untilQuiet(line: Pick<WatchedLine, 'arrivedBytes'>): Promise<void> {
  for (let before = -1; before !== line.arrivedBytes;) {
    before = line.arrivedBytes;
    await delay(QUIET_MS);
  }
}
