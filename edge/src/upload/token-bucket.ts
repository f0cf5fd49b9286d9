/** Paces bytes: callers in turn wait until the limit has room for theirs. What goes before them is only counted. */
import type { Clock } from '../base/clock.ts';

export interface TokenBucket {
  /** Resolves when so many bytes may go. Rejects with the signal's reason. */
  take(bytes: number, signal: AbortSignal): Promise<void>;
  /** Bytes that went out without waiting: those in turn wait for them. */
  debit(bytes: number): void;
  /** Milliseconds that callers have waited, in all. */
  readonly waitedMs: number;
}

/** What may go at once after a pause, milliseconds of the limit. */
const BURST_MS = 250;
/** Longest single wait: a limit that is lifted meanwhile counts soon. */
const MAX_WAIT_MS = 500;

/** `limit` in kbit/s, asked each time; undefined lets everything pass. */
export function createTokenBucket(clock: Clock, limit: () => number | undefined): TokenBucket {
  /** Bytes that may go now; negative after a debit. */
  let level = 0;
  let filledAtMs = clock.monotonicMs();
  let waitedMs = 0;
  let turn: Promise<void> = Promise.resolve();

  /** Bytes per millisecond, and the level filled up to now. */
  const fill = (kbitPerSecond: number): number => {
    const rate = kbitPerSecond / 8;
    const nowMs = clock.monotonicMs();
    level = Math.min(rate * BURST_MS, level + rate * Math.max(0, nowMs - filledAtMs));
    filledAtMs = nowMs;
    return rate;
  };

  const wait = async (bytes: number, signal: AbortSignal): Promise<void> => {
    for (;;) {
      signal.throwIfAborted();
      const kbitPerSecond = limit();
      if (kbitPerSecond === undefined) {
        level = 0;
        filledAtMs = clock.monotonicMs();
        return;
      }
      const rate = fill(kbitPerSecond);
      // More than fits at once goes as soon as nothing is owed: the next in turn pays for it.
      if (level >= Math.min(bytes, rate * BURST_MS)) break;
      const missingMs = (Math.min(bytes, rate * BURST_MS) - level) / Math.max(rate, Number.EPSILON);
      const waitMs = Math.min(MAX_WAIT_MS, Math.max(1, missingMs));
      const fromMs = clock.monotonicMs();
      await clock.sleep(waitMs, signal);
      waitedMs += clock.monotonicMs() - fromMs;
    }
    level -= bytes;
  };

  return {
    take(bytes, signal) {
      const mine = turn.then(() => wait(bytes, signal));
      turn = mine.catch(() => undefined);
      return mine;
    },
    debit(bytes) {
      const kbitPerSecond = limit();
      if (kbitPerSecond === undefined) return;
      fill(kbitPerSecond);
      level -= bytes;
    },
    get waitedMs() {
      return waitedMs;
    },
  };
}
