/** Who has come by a good link may go on watching: a link lives 15 minutes, a match lasts longer. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../base/clock.ts';

export interface WatchVisits {
  /** A secret of this browser for that match. */
  begin(sessionId: string): string;
  isGood(visit: string | undefined, sessionId: string): boolean;
}

const VISIT_MS = 6 * 3_600_000;
const MOST_VISITS = 1_000;

export function createWatchVisits(clock: Clock): WatchVisits {
  const visits = new Map<string, { sessionId: string; untilMs: number }>();
  return {
    begin(sessionId) {
      for (const [visit, { untilMs }] of visits)
        if (untilMs <= clock.monotonicMs() || visits.size >= MOST_VISITS) visits.delete(visit);
      const visit = randomBytes(24).toString('base64url');
      visits.set(visit, { sessionId, untilMs: clock.monotonicMs() + VISIT_MS });
      return visit;
    },
    isGood(visit, sessionId) {
      const known = visit === undefined ? undefined : visits.get(visit);
      return known?.sessionId === sessionId && clock.monotonicMs() < known.untilMs;
    },
  };
}
