/** Time, injected. Durations come from the monotonic clock; instants that are stored or sent from the wall clock. */
export interface Clock {
  /** Wall clock, Unix milliseconds. */
  nowMs(): number;
  /** Monotonic clock, milliseconds. */
  monotonicMs(): number;
  /** Runs `action` once after `ms`; the answer cancels it. */
  setTimer(ms: number, action: () => void): () => void;
}

/** ISO 8601 in UTC, as answers of the API have it. */
export function formatInstant(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer(ms, action) {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
};
