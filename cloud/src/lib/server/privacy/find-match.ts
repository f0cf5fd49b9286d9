/** Which match was played on a court at a moment: what an objection is about. */
import type { Db } from '../db/database.ts';

/** Players do not look at the clock: a match that began or ended so shortly before or after counts. */
const SLACK_MS = 5 * 60_000;

/** Of several, the one whose beginning is nearest. */
export async function findMatchAt(db: Db, courtId: string, atMs: number): Promise<string | undefined> {
  const rows = await db
    .selectFrom('match_session')
    .select(['id', 'started_at', 'ended_at', 'duration_seconds'])
    .where('court_id', '=', courtId)
    .where('movie_state', 'in', ['recording', 'uploading', 'ready'])
    .where('started_at', 'is not', null)
    .where('started_at', '<=', atMs + SLACK_MS)
    .orderBy('started_at', 'desc')
    .limit(10)
    .execute();
  const found = rows
    .map((row) => {
      const startedAt = row.started_at ?? 0;
      return {
        id: row.id,
        startedAt,
        endedAt: row.ended_at ?? startedAt + (row.duration_seconds ?? 0) * 1000,
      };
    })
    .filter(({ endedAt }) => atMs <= endedAt + SLACK_MS)
    .sort((a, b) => Math.abs(a.startedAt - atMs) - Math.abs(b.startedAt - atMs));
  return found[0]?.id;
}
