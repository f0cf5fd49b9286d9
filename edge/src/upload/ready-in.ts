/** When finished movies will be whole in the store, as things stand. Pure. */
import { UPLOAD_PART_BYTES } from '@padelvar/shared/limits';

/** A part that is on its way, and for how long it has had the line to itself. */
export interface UnderWay {
  bytes: number;
  forMs: number;
}

export interface WaitingMovie {
  sessionId: string;
  /** What the store does not hold yet. */
  missingBytes: number;
  /** No bytes while nothing is. */
  underWay: UnderWay;
}

/** What there is beside the bytes. */
export interface UploadCosts {
  /** Between two parts of a movie: reading, signing; milliseconds in which it sends nothing. */
  partMs: number;
  /** The store's putting together, milliseconds. */
  completeMs: number;
  /** Parts of running movies that were on their way before and share the line. */
  beside: readonly UnderWay[];
}

/** Believed until something was measured. Completing 160 parts took 267 ms on Swift. */
export const USUAL_COSTS: UploadCosts = { partMs: 50, completeMs: 300, beside: [] };

interface Leftover {
  sessionId: string | undefined;
  bytes: number;
}

/**
 * `waiting` in the order in which they go up; the first `atOnce` share the line. Milliseconds by session; none where nobody
 * knows the line.
 */
export function planReadyIn(
  waiting: readonly WaitingMovie[],
  kbitPerSecond: number | undefined,
  atOnce: number,
  costs: UploadCosts = USUAL_COSTS,
): Map<string, number> {
  const readyIn = new Map<string, number>();
  if (kbitPerSecond === undefined || kbitPerSecond <= 0) return readyIn;
  const bytesPerMs = kbitPerSecond / 8;
  let left = planLeft(waiting, costs.beside, bytesPerMs);
  for (let passedMs = 0; left.length > 0;) {
    const sharing = left.slice(0, atOnce);
    const stepBytes = Math.min(...sharing.map(({ bytes }) => bytes));
    passedMs += (stepBytes * sharing.length) / bytesPerMs;
    // With others on the line nobody's pause leaves it idle.
    if (sharing.length === 1) passedMs += Math.floor(stepBytes / UPLOAD_PART_BYTES) * costs.partMs;
    for (const one of sharing) one.bytes -= stepBytes;
    for (const { sessionId } of sharing.filter(({ bytes }) => bytes <= 0))
      if (sessionId !== undefined) readyIn.set(sessionId, Math.round(passedMs + costs.completeMs));
    left = left.filter(({ bytes }) => bytes > 0);
  }
  return readyIn;
}

/** Of a part that is on its way so much is there as the line has carried since. */
function planLeft(
  waiting: readonly WaitingMovie[],
  beside: readonly UnderWay[],
  bytesPerMs: number,
): Leftover[] {
  const arrivedBytes = ({ bytes, forMs }: UnderWay): number => Math.min(bytes, forMs * bytesPerMs);
  return [
    ...beside.map((part) => ({ sessionId: undefined, bytes: part.bytes - arrivedBytes(part) })),
    ...waiting.map(({ sessionId, missingBytes, underWay }) => {
      return { sessionId, bytes: Math.max(0, missingBytes - arrivedBytes(underWay)) };
    }),
  ];
}
