/**
 * Slows guessing down: failures are counted per key in a sliding window; what succeeds costs nothing. An attempt is
 * counted when it begins, or a burst of guesses would all be let in before the first of them has failed.
 */
import { AppError } from '@padelvar/shared/errors';
import type { Clock } from '../clock.ts';

export interface AttemptLimit {
  /** Throws `too_many_requests` where the key has used its failures up. */
  check(key: string): void;
  /** Counts an attempt. */
  count(key: string): void;
  /** An attempt that was counted has succeeded. */
  forgive(key: string): void;
}

export interface AttemptLimitOptions {
  clock: Clock;
  maxFailures: number;
  windowMs: number;
  /** Most keys that are remembered; beyond that the oldest is forgotten. */
  maxKeys?: number;
}

export function createAttemptLimit({
  clock,
  maxFailures,
  windowMs,
  maxKeys = 10_000,
}: AttemptLimitOptions): AttemptLimit {
  const failures = new Map<string, number[]>();
  const recent = (key: string): number[] => {
    const since = clock.monotonicMs() - windowMs;
    return (failures.get(key) ?? []).filter((at) => at > since);
  };
  const hold = (key: string, attempts: number[]): void => {
    failures.delete(key);
    if (attempts.length > 0) failures.set(key, attempts);
    const oldest = failures.keys().next();
    if (failures.size > maxKeys && oldest.done !== true) failures.delete(oldest.value);
  };
  return {
    check(key) {
      const held = recent(key);
      const [oldest] = held;
      if (held.length < maxFailures || oldest === undefined) return;
      const retryAfterSeconds = Math.ceil((oldest + windowMs - clock.monotonicMs()) / 1000);
      throw new AppError('too_many_requests', `too many attempts; try again in ${retryAfterSeconds} s`, {
        details: { retryAfterSeconds },
      });
    },
    count: (key) => hold(key, [...recent(key), clock.monotonicMs()].slice(-maxFailures)),
    forgive: (key) => hold(key, recent(key).slice(0, -1)),
  };
}
