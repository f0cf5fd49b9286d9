/** Which frames a court has put on the wire, and when; the newest ten minutes at 25 fps. */

export interface SentFrame {
  /** Frames since the court's start, over all rounds of the clip. */
  index: number;
  /** The number in the picture: its place in the clip. */
  number: number;
  /** Monotonic milliseconds. */
  sentAtMs: number;
  /** Clients that got it. */
  clients: number;
}

const KEPT_FRAMES = 15_000;

export interface SentFrames {
  add(frame: SentFrame): void;
  list(): SentFrame[];
}

export function createSentFrames(): SentFrames {
  const frames: SentFrame[] = [];
  return {
    add(frame) {
      frames.push(frame);
      if (frames.length > 2 * KEPT_FRAMES) frames.splice(0, frames.length - KEPT_FRAMES);
    },
    list: () => frames.slice(-KEPT_FRAMES),
  };
}
