/**
 * What a club's administrators read of the audit log: who looked at their courts and videos without being in the match,
 * who was given one, and who saw the portal as one of their members. Newest first.
 */
import { CLUB_LOG_ACTIONS, type ClubLogEntry } from '@padelvar/shared/club-api';
import { z } from 'zod';
import { parseKeys, planPage, type Page, type PageRequest } from '../db/cursor.ts';
import type { Db } from '../db/database.ts';

const Action = z.enum(CLUB_LOG_ACTIONS);
const Newest = z.tuple([z.number(), z.number()]);
/** What of a line's detail the club reads. */
const Detail = z.object({
  reason: z.string().catch(''),
  authority: z.string().nullable().catch(null),
  /** Whose name was lent while the portal was seen as somebody else. */
  seenAs: z.string().optional().catch(undefined),
});

export async function listClubLog(
  db: Db,
  clubId: string,
  { cursor, limit }: PageRequest,
): Promise<Page<ClubLogEntry>> {
  const found = await planQuery(db, clubId, cursor)
    .limit(limit + 1)
    .execute();
  const { rows, nextCursor } = planPage(found, limit, (row) => [row.at, row.id]);
  const lines = rows.map((row) => {
    const { seenAs = null, ...said } = Detail.parse(JSON.parse(row.detail));
    // What is of no match is of the member as whom the portal was seen.
    return { row, said, asId: row.sessionId === null ? row.object : seenAs };
  });
  const names = await findNames(
    db,
    lines.map(({ asId }) => asId).filter((id) => id !== null),
  );
  const items = lines.map(({ row, said, asId }) => ({
    id: row.id,
    at: new Date(row.at).toISOString(),
    userName: row.userName ?? '',
    role: row.role,
    action: Action.parse(row.action),
    seenAs: asId === null ? null : (names.get(asId) ?? ''),
    sessionId: row.sessionId,
    courtName: row.courtName ?? row.courtId,
    ...said,
  }));
  return { items, nextCursor };
}

function planQuery(db: Db, clubId: string, cursor: string | undefined) {
  const after = parseKeys(cursor, Newest);
  return (
    db
      .selectFrom('audit')
      .leftJoin('user', 'user.id', 'audit.user_id')
      .leftJoin('match_session', 'match_session.id', 'audit.object')
      .leftJoin('court', 'court.id', 'match_session.court_id')
      .select(['audit.id', 'audit.at', 'audit.action', 'audit.object', 'audit.detail'])
      .select(['user.name as userName', 'user.role as role', 'court.name as courtName'])
      .select(['match_session.id as sessionId', 'match_session.court_id as courtId'])
      .where('audit.action', 'in', CLUB_LOG_ACTIONS)
      // By its objects: of all lines of the portal few are this club's.
      .where('audit.object', 'in', (eb) =>
        eb
          .selectFrom('match_session')
          .select('match_session.id as id')
          .where('match_session.club_id', '=', clubId)
          .unionAll(
            eb
              .selectFrom('club_member')
              .select('club_member.user_id as id')
              .where('club_member.club_id', '=', clubId),
          ),
      )
      .$if(after !== undefined, (query) =>
        query.where((eb) =>
          eb(eb.refTuple('audit.at', 'audit.id'), '<', eb.tuple(...(after as [number, number]))),
        ),
      )
      .orderBy('audit.at', 'desc')
      .orderBy('audit.id', 'desc')
  );
}

async function findNames(db: Db, userIds: readonly string[]): Promise<Map<string, string>> {
  if (userIds.length === 0) return new Map();
  const rows = await db.selectFrom('user').select(['id', 'name']).where('id', 'in', userIds).execute();
  return new Map(rows.map(({ id, name }) => [id, name]));
}
