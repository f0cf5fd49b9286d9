/** Waiting times between attempts: the first retry at once, then doubling with full-range jitter up to a ceiling. */

export interface BackoffOptions {
  /** Milliseconds before the second retry. */
  baseMs?: number;
  maxMs?: number;
  /** 0 to 1, injected for tests. */
  random?: () => number;
}

export interface Backoff {
  /** Milliseconds to wait before the next attempt. */
  nextMs(): number;
  /** After a success: the next failure is retried at once again. */
  reset(): void;
}

export function createBackoff({
  baseMs = 250,
  maxMs = 5_000,
  random = Math.random,
}: BackoffOptions = {}): Backoff {
  let attempt = 0;
  return {
    nextMs() {
      attempt += 1;
      if (attempt === 1) return 0;
      const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(attempt - 2, 30));
      return Math.round(ceiling * (0.5 + 0.5 * random()));
    },
    reset() {
      attempt = 0;
    },
  };
}
