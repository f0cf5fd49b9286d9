/** When finished movies will be whole in the store, as things stand. Pure. */

export interface WaitingMovie {
  sessionId: string;
  /** What the store does not hold yet. */
  missingBytes: number;
}

/** Signing, and the store's putting together; milliseconds. */
const COMPLETE_MS = 300;

/** `waiting` in the order in which they go up. Milliseconds by session; none where nobody knows the line. */
export function planReadyIn(
  waiting: readonly WaitingMovie[],
  kbitPerSecond: number | undefined,
): Map<string, number> {
  const readyIn = new Map<string, number>();
  if (kbitPerSecond === undefined || kbitPerSecond <= 0) return readyIn;
  let bytes = 0;
  for (const { sessionId, missingBytes } of waiting) {
    bytes += missingBytes;
    readyIn.set(sessionId, Math.round((bytes * 8) / kbitPerSecond + COMPLETE_MS));
  }
  return readyIn;
}
