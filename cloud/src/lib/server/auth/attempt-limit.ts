/** Slows guessing down: failures are counted per key in a sliding window; what succeeds costs nothing. */
import { AppError } from '@padelvar/shared/errors';
import type { Clock } from '../clock.ts';

export interface AttemptLimit {
  /** Throws `too_many_requests` where one of the keys has used its failures up. */
  check(...keys: string[]): void;
  /** Counts a failure against each key. */
  fail(...keys: string[]): void;
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
  return {
    check(...keys) {
      for (const key of keys) {
        const held = recent(key);
        const oldest = held[0];
        if (held.length < maxFailures || oldest === undefined) continue;
        const retryAfterSeconds = Math.ceil((oldest + windowMs - clock.monotonicMs()) / 1000);
        throw new AppError('too_many_requests', `too many attempts; try again in ${retryAfterSeconds} s`, {
          details: { retryAfterSeconds },
        });
      }
    },
    fail(...keys) {
      for (const key of keys) {
        const held = [...recent(key), clock.monotonicMs()].slice(-maxFailures);
        failures.delete(key);
        failures.set(key, held);
        const oldest = failures.keys().next();
        if (failures.size > maxKeys && oldest.done !== true) failures.delete(oldest.value);
      }
    },
  };
}
