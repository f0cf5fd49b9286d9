/** Lists of sessions, newest first, a page at a time. */
import type { ExpressionBuilder } from 'kysely';
import { AppError } from '@padelvar/shared/errors';
import { DEFAULT_DURATION_MINUTES, MAX_DURATION_MINUTES } from '@padelvar/shared/limits';
import type { SessionLengths, SessionNames, SessionRow } from './session-view.ts';
import type { Db } from '../db/database.ts';
import type { Tables } from '../db/tables.ts';

/** What one index finds. */
export type Reach =
  | { kind: 'all' }
  | { kind: 'clubs'; clubIds: readonly string[] }
  /** One's own, and those one takes part in. */
  | { kind: 'user'; userId: string };

/** Whose sessions a caller may see at all. */
export type SessionScope =
  | Exclude<Reach, { kind: 'clubs' }>
  /** Those of these clubs, and one's own elsewhere. */
  | { kind: 'clubs'; clubIds: readonly string[]; userId: string };

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
  const after = query.cursor === undefined ? undefined : parseCursor(query.cursor);
  const found = await readScope(
    query.scope,
    (reach) => planQuery(db, query, reach, after).execute(),
    (row) => row.opened_at,
  );
  const rows = found.slice(0, query.limit).map(withNames);
  const last = rows.at(-1);
  return { rows, nextCursor: found.length > query.limit && last ? formatCursor(last) : null };
}

function planQuery(
  db: Db,
  query: SessionQuery,
  reach: Reach,
  after: ReturnType<typeof parseCursor> | undefined,
) {
  let select = selectNamed(db)
    .orderBy('match_session.opened_at', 'desc')
    .orderBy('match_session.id', 'desc')
    .limit(query.limit + 1);
  if (reach.kind !== 'all') select = select.where((eb) => isWithin(eb, reach));
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
  return select;
}

/**
 * The newest rows of a list that goes by `atOf` and the id. Each reach is read along its own index, which an `or` of both would
 * leave unused; what both find counts once.
 */
export async function readScope<Row extends { id: string }>(
  scope: SessionScope,
  read: (reach: Reach) => Promise<Row[]>,
  atOf: (row: Row) => number,
): Promise<Row[]> {
  if (scope.kind !== 'clubs') return read(scope);
  const { clubIds, userId } = scope;
  const [ofClubs, own] = [await read({ kind: 'clubs', clubIds }), await read({ kind: 'user', userId })];
  const rows = [...new Map([...ofClubs, ...own].map((row) => [row.id, row])).values()];
  return rows.sort((a, b) => atOf(b) - atOf(a) || (a.id < b.id ? 1 : -1));
}

export function isWithin(
  eb: ExpressionBuilder<Tables, 'match_session'>,
  reach: Exclude<Reach, { kind: 'all' }>,
) {
  if (reach.kind === 'clubs') return eb('match_session.club_id', 'in', [...reach.clubIds]);
  return eb.or([
    eb('match_session.owner_id', '=', reach.userId),
    eb(
      'match_session.id',
      'in',
      eb.selectFrom('session_participant').select('session_id').where('user_id', '=', reach.userId),
    ),
  ]);
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
