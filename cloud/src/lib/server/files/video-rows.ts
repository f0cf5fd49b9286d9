/** Videos as rows: sessions that have something to show, newest first, with the names of where they were played. */
import type { Selectable } from 'kysely';
import type { Db } from '../db/database.ts';
import { formatCursor, parseCursor } from '../db/cursor.ts';
import type { MatchSessionTable } from '../db/tables.ts';
import type { SessionScope } from '../sessions/session-list.ts';

export interface VideoQuery {
  scope: SessionScope;
  clubId?: string | undefined;
  cursor?: string | undefined;
  limit: number;
}

export type VideoRow = Selectable<MatchSessionTable> & {
  clubName: string;
  timeZone: string;
  courtName: string;
  ownerName: string;
};

export async function listVideoRows(
  db: Db,
  { scope, clubId, cursor, limit }: VideoQuery,
): Promise<{ rows: VideoRow[]; nextCursor: string | null }> {
  let query = selectVideos(db)
    .where('match_session.movie_state', 'not in', ['none', 'deleted'])
    .orderBy('match_session.opened_at', 'desc')
    .orderBy('match_session.id', 'desc')
    .limit(limit + 1);
  if (clubId !== undefined) query = query.where('match_session.club_id', '=', clubId);
  if (scope.kind === 'clubs') query = query.where('match_session.club_id', 'in', [...scope.clubIds]);
  if (scope.kind === 'user') {
    const { userId } = scope;
    query = query.where((eb) =>
      eb.or([
        eb('match_session.owner_id', '=', userId),
        eb(
          'match_session.id',
          'in',
          eb.selectFrom('session_participant').select('session_id').where('user_id', '=', userId),
        ),
      ]),
    );
  }
  const after = parsePosition(cursor);
  if (after !== undefined) {
    query = query.where((eb) =>
      eb.or([
        eb('match_session.opened_at', '<', after.openedAt),
        eb.and([
          eb('match_session.opened_at', '=', after.openedAt),
          eb('match_session.id', '<', after.sessionId),
        ]),
      ]),
    );
  }
  const found = await query.execute();
  const rows = found.slice(0, limit).map(withNames);
  const last = found.length > limit ? rows.at(-1) : undefined;
  return { rows, nextCursor: formatCursor(last && `${last.opened_at} ${last.id}`) };
}

export async function findVideoRow(db: Db, sessionId: string): Promise<VideoRow | undefined> {
  const row = await selectVideos(db).where('match_session.id', '=', sessionId).executeTakeFirst();
  return row && withNames(row);
}

/** A session outlives its club, court and owner: their ids or nothing then stand for their names. */
function selectVideos(db: Db) {
  return db
    .selectFrom('match_session')
    .leftJoin('club', 'club.id', 'match_session.club_id')
    .leftJoin('court', 'court.id', 'match_session.court_id')
    .leftJoin('user', 'user.id', 'match_session.owner_id')
    .selectAll('match_session')
    .select([
      'club.name as clubName',
      'club.time_zone as timeZone',
      'court.name as courtName',
      'user.name as ownerName',
    ]);
}

type Nullable<Row> = { [Name in keyof Row]: Row[Name] | null };
type Names = Pick<VideoRow, 'clubName' | 'timeZone' | 'courtName' | 'ownerName'>;

function withNames(row: Selectable<MatchSessionTable> & Nullable<Names>): VideoRow {
  return {
    ...row,
    clubName: row.clubName ?? row.club_id,
    timeZone: row.timeZone ?? 'UTC',
    courtName: row.courtName ?? row.court_id,
    ownerName: row.ownerName ?? '',
  };
}

/** A cursor that is not ours begins at the top, like none. */
function parsePosition(cursor: string | undefined): { openedAt: number; sessionId: string } | undefined {
  const [, openedAt, sessionId] = /^(\d{1,15}) (\w+)$/.exec(parseCursor(cursor) ?? '') ?? [];
  return openedAt === undefined || sessionId === undefined
    ? undefined
    : { openedAt: Number(openedAt), sessionId };
}
