/**
 * Gives courts to the next groups that wait for them, once the club's rule does: nobody has to tap again when the idle
 * minutes are over. Where those on the court are to be asked, that is when nobody has answered for so long.
 */
import type { SessionRow } from '../access/objects.ts';
import { readRules, CLUB_RULES } from '../clubs/club-rules.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { planNextGroup } from './next-group.ts';

export interface StandingRequestsOptions {
  db: Db;
  clock: Clock;
  sessions: Pick<Sessions, 'close'>;
}

/** Called again and again. */
export function createStandingRequests({
  db,
  clock,
  sessions,
}: StandingRequestsOptions): () => Promise<void> {
  return async () => {
    const waitedFor = await db
      .selectFrom('match_session')
      .innerJoin('club', 'club.id', 'match_session.club_id')
      .innerJoin('match_request', 'match_request.session_id', 'match_session.id')
      .select(['match_session.id', 'match_request.state', 'match_request.created_at', ...CLUB_RULES])
      .where('match_request.kind', '=', 'court')
      .where('match_request.state', '=', 'open')
      .where('match_session.state', 'not in', ['complete', 'failed'])
      .where('match_session.started_at', 'is', null)
      .where('match_session.close_requested_at', 'is', null)
      .execute();
    for (const { id, state, created_at, ...club } of waitedFor) {
      const rule = readRules(club);
      const request = { state, created_at };
      const isTaken = (row: SessionRow) =>
        planNextGroup(row, rule, { request, nowMs: clock.nowMs() }) === 'taken';
      await sessions.close(id, 'superseded', isTaken);
    }
  };
}
