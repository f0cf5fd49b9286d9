/**
 * What the recorder of a court is owed whose pictures are encoded: from when to when, and the pictures of that time. Of
 * those that come while nobody records, the pre-roll is kept, so that a recording may begin before its start.
 */
import type { Clock } from '../base/clock.ts';
import { PACED_FPS } from '../camera/ffmpeg-input.ts';
import { MOST_LATE_MS, STALE_PICTURE_MS } from './pick-picture.ts';
import { createPictureWindow } from './picture-window.ts';

/** How far a recorder may be behind the camera, beside the pre-roll it began with; milliseconds. */
const MOST_BEHIND_MS = 10_000;

const FRAME_MS = 1000 / PACED_FPS;
/** So long after a moment it is known which picture belongs to it, milliseconds. */
export const SETTLE_MS = FRAME_MS / 2;

export interface PacedRun {
  /** The camera has sent a picture. */
  push(jpeg: Buffer): void;
  /** Pictures are owed from the pre-roll before now on, whenever the recorder connects. */
  begin(): void;
  /** None is owed from now on: the stream ends once those until now have been read. */
  end(): void;
  readonly ending: AbortSignal;
  /** Whether a picture is owed at that moment: until the end, and those that came by then and are late. */
  owes(dueMs: number): boolean;
  /**
   * Monotonic milliseconds of the first picture for a recorder that connects now: where an earlier one got to, as far
   * as its pictures are still there. Undefined while the camera is silent.
   */
  openReader(): number | undefined;
  /**
   * The picture to be shown at that moment, to be asked for `SETTLE_MS` after it while the run goes on; undefined where
   * it has yet to come. Earlier ones are given up.
   */
  take(dueMs: number): Buffer | undefined;
  /** Monotonic milliseconds of the first picture of the recorder that connected last. */
  readonly readerBeganMs: number | undefined;
  /** How many seconds of pictures that one has been given. */
  readonly readSeconds: number;
}

export interface PacedRunOptions {
  clock: Clock;
  /** How much from before its beginning is owed, seconds. */
  preRollSeconds: () => number;
}

export function createPacedRun({ clock, preRollSeconds }: PacedRunOptions): PacedRun {
  const ended = new AbortController();
  const window = createPictureWindow();
  let endedAtMs: number | undefined;
  let neededFromMs: number | undefined;
  let readerBeganMs: number | undefined;

  function giveUpOld(): void {
    const fromMs = clock.monotonicMs() - preRollSeconds() * 1000;
    window.forgetBefore(neededFromMs === undefined ? fromMs : fromMs - MOST_BEHIND_MS);
  }

  return {
    push(jpeg) {
      if (endedAtMs !== undefined) return;
      window.push(jpeg, clock.monotonicMs());
      giveUpOld();
    },
    begin: () => void (neededFromMs ??= clock.monotonicMs() - preRollSeconds() * 1000),
    end() {
      endedAtMs ??= clock.monotonicMs();
      ended.abort(new Error('the recorder wants no more pictures'));
    },
    ending: ended.signal,
    owes(dueMs) {
      if (endedAtMs === undefined || dueMs <= endedAtMs) return true;
      return window.unseen > 0 && dueMs <= endedAtMs + MOST_LATE_MS;
    },
    openReader() {
      const nowMs = clock.monotonicMs();
      const { oldestMs, newestMs } = window;
      if (oldestMs === undefined || newestMs === undefined || nowMs - newestMs >= STALE_PICTURE_MS)
        return undefined;
      readerBeganMs = Math.max(neededFromMs ?? nowMs, oldestMs);
      neededFromMs = readerBeganMs;
      return readerBeganMs;
    },
    take(dueMs) {
      neededFromMs = dueMs;
      return window.take(dueMs, FRAME_MS);
    },
    get readerBeganMs() {
      return readerBeganMs;
    },
    get readSeconds() {
      return readerBeganMs === undefined ? 0 : ((neededFromMs ?? readerBeganMs) - readerBeganMs) / 1000;
    },
  };
}
