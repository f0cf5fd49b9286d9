/** How the two handles of a clip move, and which stretch of the movie they are shown in. Pure; all in seconds. */

export interface Stretch {
  from: number;
  to: number;
}

export type Handle = 'from' | 'to';

/** As the portal wants it at least. */
export const LEAST_CLIP_SECONDS = 0.5;
/** What a clip is at first: what was just seen, and a little of what comes. */
const [BEFORE_SECONDS, AFTER_SECONDS] = [15, 5];
/** So much of the movie is shown around the handles at least, so that a finger moves them by less than a second. */
const LEAST_VIEW_SECONDS = 60;

/** Around the moment where the movie stands. */
export function beginClip(atSeconds: number, totalSeconds: number): Stretch {
  const to = Math.min(totalSeconds, Math.max(atSeconds, BEFORE_SECONDS) + AFTER_SECONDS);
  return { from: Math.max(0, Math.min(atSeconds, to) - BEFORE_SECONDS), to };
}

/** A handle stops at the movie's ends and before the other one. */
export function moveHandle(
  { from, to }: Stretch,
  handle: Handle,
  seconds: number,
  totalSeconds: number,
): Stretch {
  return handle === 'from'
    ? { from: clamp(seconds, 0, Math.max(0, to - LEAST_CLIP_SECONDS)), to }
    : { from, to: clamp(seconds, Math.min(totalSeconds, from + LEAST_CLIP_SECONDS), totalSeconds) };
}

/** The clip in the middle, with as much before and behind as it is long. */
export function planView({ from, to }: Stretch, totalSeconds: number): Stretch {
  const length = Math.min(totalSeconds, Math.max(LEAST_VIEW_SECONDS, (to - from) * 2));
  const begin = clamp((from + to - length) / 2, 0, totalSeconds - length);
  return { from: begin, to: begin + length };
}

/** How far a key moves a handle; undefined for a key that is not a handle's. `Infinity` is the movie's end. */
export function planHandleKey(key: string, shift: boolean): number | undefined {
  const step = shift ? 1 : 0.1;
  const steps: Record<string, number> = {
    ...{ ArrowLeft: -step, ArrowDown: -step, ArrowRight: step, ArrowUp: step },
    ...{ PageDown: -5, PageUp: 5, Home: Number.NEGATIVE_INFINITY, End: Number.POSITIVE_INFINITY },
  };
  return steps[key];
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
