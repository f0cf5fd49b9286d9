/** What is written down of objections, as far as one of them counts for another. */
import type { Db } from '../db/database.ts';
import type { Settled } from './objection-letters.ts';

interface Occasion {
  courtId: string;
  sessionId: string | undefined;
  atMs: number;
  browserHash: string;
}

/** Objections to the same match; where there is none, the same browser's to the same moment. */
export async function listEarlier(db: Db, { courtId, sessionId, atMs, browserHash }: Occasion) {
  const query = db.selectFrom('objection').select(['browser_hash', 'hides_until', 'state']);
  if (sessionId !== undefined) return query.where('session_id', '=', sessionId).execute();
  return query
    .where('session_id', 'is', null)
    .where('court_id', '=', courtId)
    .where('at', '=', atMs)
    .where('browser_hash', '=', browserHash)
    .execute();
}

/** A decision is about the match: it answers all that was said against it. */
export async function settle(
  db: Db,
  objectionId: string,
  sessionId: string | null,
  decided: { state: 'kept' | 'deleted'; decided_at: number; decided_by: string },
): Promise<void> {
  await db.updateTable('objection').set(decided).where('id', '=', objectionId).execute();
  if (sessionId === null) return;
  await db
    .updateTable('objection')
    .set(decided)
    .where('session_id', '=', sessionId)
    .where('state', 'in', ['open', 'lapsed'])
    .execute();
}

interface Deciding {
  objectionId: string;
  sessionId: string | null;
  decision: 'keep' | 'delete';
  byUserId: string;
}

/** What the owner is to learn of a decision: that the video goes, or stays after it was hidden; asked before it is made. */
export async function findEnding(
  db: Db,
  { objectionId, sessionId, decision, byUserId }: Deciding,
): Promise<Settled | undefined> {
  if (sessionId === null) return undefined;
  const rows = await db
    .selectFrom('objection')
    .innerJoin('match_session', 'match_session.id', 'objection.session_id')
    .select(['objection.hides_until', 'match_session.movie_state'])
    .where('objection.session_id', '=', sessionId)
    .where('objection.state', 'in', ['open', 'lapsed'])
    .execute();
  if (rows.some((row) => row.movie_state === 'deleted')) return undefined;
  if (decision === 'keep' && rows.every((row) => row.hides_until === null)) return undefined;
  return { objectionId, sessionId, outcome: decision === 'keep' ? 'kept' : 'deleted', byUserId };
}
