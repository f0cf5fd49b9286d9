/** A club's objections as its administrators read them: newest first. */
import type { Objection } from '@padelvar/shared/privacy-api';
import { z } from 'zod';
import { parseKeys, planPage, type Page, type PageRequest } from '../db/cursor.ts';
import type { Db } from '../db/database.ts';

const Newest = z.tuple([z.number(), z.string()]);

export interface ObjectionFilter extends PageRequest {
  state?: 'open' | 'all';
  objectionId?: string;
}

export async function listObjections(
  db: Db,
  clubId: string,
  { state = 'all', objectionId, cursor, limit }: ObjectionFilter,
): Promise<Page<Objection>> {
  const after = parseKeys(cursor, Newest);
  let query = db
    .selectFrom('objection')
    .leftJoin('court', 'court.id', 'objection.court_id')
    .leftJoin('match_session', 'match_session.id', 'objection.session_id')
    .selectAll('objection')
    .select(['court.name as courtName', 'match_session.movie_state as movie'])
    .where('objection.club_id', '=', clubId)
    .orderBy('objection.created_at', 'desc')
    .orderBy('objection.id', 'desc');
  if (state === 'open') query = query.where('objection.state', '=', 'open');
  if (objectionId !== undefined) query = query.where('objection.id', '=', objectionId);
  if (after !== undefined) {
    query = query.where((eb) =>
      eb(eb.refTuple('objection.created_at', 'objection.id'), '<', eb.tuple(...after)),
    );
  }
  const found = await query.limit(limit + 1).execute();
  const { rows, nextCursor } = planPage(found, limit, (row) => [row.created_at, row.id]);
  const items = rows.map((row) => ({
    objectionId: row.id,
    courtId: row.court_id,
    courtName: row.courtName ?? row.court_id,
    sessionId: row.session_id,
    movie: row.movie,
    at: formatInstant(row.at),
    message: row.message,
    contact: row.contact,
    state: row.state,
    createdAt: formatInstant(row.created_at),
    hidesUntil: row.hides_until === null ? null : formatInstant(row.hides_until),
    decidedAt: row.decided_at === null ? null : formatInstant(row.decided_at),
  }));
  return { items, nextCursor };
}

function formatInstant(ms: number): string {
  return new Date(ms).toISOString();
}
