/** How many frames a paced stream owes. Pure. */

export interface OwedFrames {
  /** Frames to send now, the ones missed while the reader stalled included. */
  owed: number;
  /** Milliseconds until one more is due. */
  nextInMs: number;
}

/** The first frame is due at once, each further one `1000 / fps` ms after the one before. */
export function planOwedFrames(paced: { elapsedMs: number; sentFrames: number; fps: number }): OwedFrames {
  const { elapsedMs, sentFrames, fps } = paced;
  const dueFrames = Math.floor((elapsedMs * fps) / 1000) + 1;
  return { owed: Math.max(0, dueFrames - sentFrames), nextInMs: (dueFrames * 1000) / fps - elapsedMs };
}
