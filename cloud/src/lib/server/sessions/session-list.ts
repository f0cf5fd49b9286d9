/** Lists of sessions, newest first, a page at a time. */
import { AppError } from '@padelvar/shared/errors';
import { DEFAULT_DURATION_MINUTES, MAX_DURATION_MINUTES } from '@padelvar/shared/limits';
import type { SessionLengths, SessionNames, SessionRow } from './session-view.ts';
import type { Db } from '../db/database.ts';

/** Whose sessions a caller may see at all. */
export type SessionScope =
  | { kind: 'all' }
  | { kind: 'clubs'; clubIds: readonly string[] }
  /** One's own, and those one takes part in. */
  | { kind: 'user'; userId: string };

export interface SessionQuery {
  scope: SessionScope;
  clubId?: string | undefined;
  /** Only those still open. */
  open?: boolean | undefined;
  limit: number;
  cursor?: string | undefined;
}

export type NamedSessionRow = SessionRow & SessionNames & SessionLengths;

export async function listSessions(
  db: Db,
  query: SessionQuery,
): Promise<{ rows: NamedSessionRow[]; nextCursor: string | null }> {
  if (query.scope.kind === 'clubs' && query.scope.clubIds.length === 0) return { rows: [], nextCursor: null };
  const after = query.cursor === undefined ? undefined : parseCursor(query.cursor);
  let select = selectNamed(db)
    .orderBy('match_session.opened_at', 'desc')
    .orderBy('match_session.id', 'desc')
    .limit(query.limit + 1);
  const { scope } = query;
  if (scope.kind === 'clubs') select = select.where('match_session.club_id', 'in', [...scope.clubIds]);
  if (scope.kind === 'user') {
    const { userId } = scope;
    select = select.where((eb) =>
      eb.or([
        eb('match_session.owner_id', '=', userId),
        eb.exists(
          eb
            .selectFrom('session_participant')
            .select('session_participant.user_id')
            .whereRef('session_participant.session_id', '=', 'match_session.id')
            .where('session_participant.user_id', '=', userId),
        ),
      ]),
    );
  }
  if (query.clubId !== undefined) select = select.where('match_session.club_id', '=', query.clubId);
  if (query.open === true) select = select.where('match_session.state', 'not in', ['complete', 'failed']);
  if (after !== undefined) {
    select = select.where((eb) =>
      eb.or([
        eb('match_session.opened_at', '<', after.openedAt),
        eb.and([
          eb('match_session.opened_at', '=', after.openedAt),
          eb('match_session.id', '<', after.sessionId),
        ]),
      ]),
    );
  }
  const found = (await select.execute()).map(withNames);
  const rows = found.slice(0, query.limit);
  const last = rows.at(-1);
  return { rows, nextCursor: found.length > query.limit && last ? formatCursor(last) : null };
}

export async function findNamedSession(db: Db, sessionId: string): Promise<NamedSessionRow | undefined> {
  const row = await selectNamed(db).where('match_session.id', '=', sessionId).executeTakeFirst();
  return row && withNames(row);
}

/** A session outlives its club, court and owner's account: what they say is then gone. */
function selectNamed(db: Db) {
  return db
    .selectFrom('match_session')
    .leftJoin('court', 'court.id', 'match_session.court_id')
    .leftJoin('user', 'user.id', 'match_session.owner_id')
    .leftJoin('club', 'club.id', 'match_session.club_id')
    .selectAll('match_session')
    .select(['court.name as courtName', 'user.name as ownerName', 'club.time_zone as timeZone'])
    .select(['club.default_minutes as usualMinutes', 'club.max_minutes as longestMinutes']);
}

type Nullable<Row> = { [Name in keyof Row]: Row[Name] | null };

function withNames(row: SessionRow & Nullable<SessionNames & SessionLengths>): NamedSessionRow {
  return {
    ...row,
    courtName: row.courtName ?? row.court_id,
    ownerName: row.ownerName ?? '',
    timeZone: row.timeZone ?? 'UTC',
    usualMinutes: row.usualMinutes ?? DEFAULT_DURATION_MINUTES,
    longestMinutes: row.longestMinutes ?? MAX_DURATION_MINUTES,
  };
}

function formatCursor(row: SessionRow): string {
  return Buffer.from(`${String(row.opened_at)} ${row.id}`).toString('base64url');
}

function parseCursor(cursor: string): { openedAt: number; sessionId: string } {
  const [openedAt, sessionId] = Buffer.from(cursor, 'base64url').toString('utf8').split(' ');
  if (sessionId === undefined || !/^\d{1,15}$/.test(openedAt ?? '')) {
    throw new AppError('bad_request', 'expected a cursor of this list', { field: 'cursor' });
  }
  return { openedAt: Number(openedAt), sessionId };
}
