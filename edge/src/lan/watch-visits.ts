/** Who has come by a good link may go on watching: a link lives 15 minutes, a match lasts longer. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../base/clock.ts';

export interface WatchVisits {
  /** A secret of this browser for that match. */
  begin(match: VisitedMatch): string;
  /** Undefined where there is no such visit, or no more. */
  find(visit: string | undefined, sessionId: string): VisitedMatch | undefined;
}

export interface VisitedMatch {
  sessionId: string;
  /** What its movie is saved as, where the link said it. */
  fileName?: string | undefined;
}

const VISIT_MS = 6 * 3_600_000;
const MOST_VISITS = 1_000;

export function createWatchVisits(clock: Clock): WatchVisits {
  const visits = new Map<string, { match: VisitedMatch; untilMs: number }>();
  return {
    begin(match) {
      for (const [visit, { untilMs }] of visits)
        if (untilMs <= clock.monotonicMs() || visits.size >= MOST_VISITS) visits.delete(visit);
      const visit = randomBytes(24).toString('base64url');
      visits.set(visit, { match, untilMs: clock.monotonicMs() + VISIT_MS });
      return visit;
    },
    find(visit, sessionId) {
      const known = visit === undefined ? undefined : visits.get(visit);
      if (known === undefined || clock.monotonicMs() >= known.untilMs) return undefined;
      return known.match.sessionId === sessionId ? known.match : undefined;
    },
  };
}
