/** How often something may be asked for at a court by its code: as often per code, and as often per address. */
import { createAttemptLimit } from '../auth/attempt-limit.ts';
import type { Clock } from '../clock.ts';

export interface VisitLimitOptions {
  clock: Clock;
  windowMs: number;
  /** Most within the window. */
  perCode: number;
  perAddress: number;
}

/** Counts one visit. Throws `too_many_requests`. */
export type CountVisit = (visit: { code: string; clientAddress: string }) => void;

export function createVisitLimit({ clock, windowMs, perCode, perAddress }: VisitLimitOptions): CountVisit {
  const byCode = createAttemptLimit({ clock, maxFailures: perCode, windowMs });
  const byAddress = createAttemptLimit({ clock, maxFailures: perAddress, windowMs });
  return ({ code, clientAddress }) => {
    byCode.check(code);
    byAddress.check(clientAddress);
    byCode.count(code);
    byAddress.count(clientAddress);
  };
}
