/**
 * The pictures of a court's last seconds, in memory, as the camera sent them: the recorder, which encodes them, may begin
 * with some from before its start, and be behind for a while.
 */
import { pickPicture, STALE_PICTURE_MS } from './pick-picture.ts';

/** Ten seconds of 25 pictures a second with 160 kB each, as 1080p cameras send them. */
const MOST_BYTES = 40 * 1024 * 1024;

interface Picture {
  jpeg: Buffer;
  /** Monotonic milliseconds at which it came in. */
  atMs: number;
}

export interface PictureWindow {
  /** What came before a silence of the camera is given up, and the oldest where all would be larger than the window. */
  push(jpeg: Buffer, atMs: number): void;
  /** The picture to be shown at that moment, and from then on none before it; undefined where it has yet to come. */
  take(dueMs: number, intervalMs: number): Buffer | undefined;
  /** Gives up what stood at no moment from then on. */
  forgetBefore(atMs: number): void;
  /** Pictures that have not been shown yet. */
  readonly unseen: number;
  /** Without a break there are pictures since then; undefined where there is none. */
  readonly oldestMs: number | undefined;
  readonly newestMs: number | undefined;
}

export function createPictureWindow(mostBytes = MOST_BYTES): PictureWindow {
  const pictures: Picture[] = [];
  let bytes = 0;
  /** Whether the first of them is the one that was shown last. */
  let hasShown = false;
  const drop = (count: number): void => {
    for (const { jpeg } of pictures.splice(0, count)) bytes -= heldBytes(jpeg);
  };
  const giveUp = (count: number): void => {
    drop(count);
    hasShown = false;
  };
  return {
    push(jpeg, atMs) {
      const newest = pictures.at(-1);
      if (newest !== undefined && atMs - newest.atMs >= STALE_PICTURE_MS) giveUp(pictures.length);
      pictures.push({ jpeg, atMs });
      bytes += heldBytes(jpeg);
      while (bytes > mostBytes && pictures.length > 1) giveUp(1);
    },
    take(dueMs, intervalMs) {
      const arrivalsMs = pictures.map(({ atMs }) => atMs);
      const picked = pickPicture({ arrivalsMs, shown: hasShown ? 0 : -1, dueMs, intervalMs });
      if (picked === undefined) return undefined;
      hasShown = true;
      drop(picked);
      return pictures[0]?.jpeg;
    },
    forgetBefore(atMs) {
      const next = pictures.findIndex((picture) => picture.atMs > atMs);
      const count = (next < 0 ? pictures.length : next) - 1;
      if (count > 0) giveUp(count);
    },
    get unseen() {
      return pictures.length - (hasShown ? 1 : 0);
    },
    get oldestMs() {
      return pictures[0]?.atMs;
    },
    get newestMs() {
      return pictures.at(-1)?.atMs;
    },
  };
}

/** A picture is a view of the bytes that came with it. */
const heldBytes = (jpeg: Buffer): number => jpeg.buffer.byteLength;
