/** Which match was played on a court at a moment: what an objection is about. */
import type { CourtRow } from '../access/objects.ts';
import type { Db } from '../db/database.ts';

/** Players do not look at the clock: a match that began or ended so shortly before or after counts. */
const SLACK_MS = 5 * 60_000;
/** A moment is told by its minute. */
const TOLD_MS = 60_000;

/** Of several, the one that was played then or else nearest to it; of those that were, the last. */
export async function findMatchAt(
  db: Db,
  court: Pick<CourtRow, 'id' | 'club_id'>,
  atMs: number,
): Promise<string | undefined> {
  const rows = await db
    .selectFrom('match_session')
    .select(['id', 'started_at', 'ended_at', 'duration_seconds'])
    .where('court_id', '=', court.id)
    .where('club_id', '=', court.club_id)
    .where((eb) =>
      eb.or([
        eb('movie_state', 'in', ['recording', 'uploading', 'ready']),
        // Of an expired match clips may be kept.
        eb.exists(
          eb.selectFrom('clip').select('clip.id').whereRef('clip.session_id', '=', 'match_session.id'),
        ),
      ]),
    )
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
    .sort((a, b) => distanceMs(a, atMs) - distanceMs(b, atMs) || b.startedAt - a.startedAt);
  return found[0]?.id;
}

/** From the minute that begins at `atMs` to when was played; 0 where that was in it. */
function distanceMs({ startedAt, endedAt }: { startedAt: number; endedAt: number }, atMs: number): number {
  return Math.max(0, startedAt - (atMs + TOLD_MS), atMs - endedAt);
}
