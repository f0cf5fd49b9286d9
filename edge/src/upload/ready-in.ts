/** When finished movies will be whole in the store, as things stand. Pure. */

export interface WaitingMovie {
  sessionId: string;
  /** What the store does not hold yet. */
  missingBytes: number;
  /** The part that is on its way, and for how long it has been. */
  underWay: { bytes: number; forMs: number };
}

/** Signing, and the store's putting together; milliseconds. */
const COMPLETE_MS = 300;

/**
 * `waiting` in the order in which they go up; the first `atOnce` share the line. Milliseconds by session; none where nobody
 * knows the line.
 */
export function planReadyIn(
  waiting: readonly WaitingMovie[],
  kbitPerSecond: number | undefined,
  atOnce: number,
): Map<string, number> {
  const readyIn = new Map<string, number>();
  if (kbitPerSecond === undefined || kbitPerSecond <= 0) return readyIn;
  const bytesPerMs = kbitPerSecond / 8;
  let left = planMissing(waiting, bytesPerMs);
  for (let passedMs = 0; left.length > 0;) {
    const sharing = left.slice(0, atOnce);
    const stepBytes = Math.min(...sharing.map(({ bytes }) => bytes));
    passedMs += (stepBytes * sharing.length) / bytesPerMs;
    for (const one of sharing) one.bytes -= stepBytes;
    for (const { sessionId } of sharing.filter(({ bytes }) => bytes <= 0))
      readyIn.set(sessionId, Math.round(passedMs + COMPLETE_MS));
    left = left.filter(({ bytes }) => bytes > 0);
  }
  return readyIn;
}

/** Of a part that is on its way so much is there as the line has carried since. */
function planMissing(
  waiting: readonly WaitingMovie[],
  bytesPerMs: number,
): { sessionId: string; bytes: number }[] {
  const sharing = Math.max(1, waiting.filter(({ underWay }) => underWay.bytes > 0).length);
  return waiting.map(({ sessionId, missingBytes, underWay }) => {
    const arrivedBytes = Math.min(underWay.bytes, (underWay.forMs * bytesPerMs) / sharing);
    return { sessionId, bytes: Math.max(0, missingBytes - arrivedBytes) };
  });
}
