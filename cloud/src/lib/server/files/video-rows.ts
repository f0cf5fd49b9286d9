/** Videos as rows: sessions that have something to show, newest first, with the names of where they were played. */
import { sql, type ExpressionBuilder, type Selectable } from 'kysely';
import { AppError } from '@padelvar/shared/errors';
import { z } from 'zod';
import { parseKeys, planPage } from '../db/cursor.ts';
import type { LocalDate } from '@padelvar/shared/zoned-time';
import type { Db } from '../db/database.ts';
import type { SideFileName } from '@padelvar/shared/side-files';
import type { MatchSessionTable, Tables } from '../db/tables.ts';
import {
  isWithin as isWithinReach,
  readScope,
  type Reach,
  type SessionScope,
} from '../sessions/session-list.ts';
import { planDay, type ZonedDay } from './plan-day.ts';

export interface VideoFilter {
  clubId?: string | undefined;
  courtId?: string | undefined;
  /** Unix milliseconds of the opening: the first that counts, and the first that does not. */
  fromMs?: number | undefined;
  toMs?: number | undefined;
}

export interface VideoQuery extends VideoFilter {
  /** By the clock of each video's own club. */
  date?: LocalDate | undefined;
  scope: SessionScope;
  cursor?: string | undefined;
  limit: number;
}

/** Along one index. */
export type ReachQuery = Omit<VideoQuery, 'scope'> & { scope: Reach };

export type VideoRow = Selectable<MatchSessionTable> & {
  clubName: string;
  timeZone: string;
  courtName: string;
  ownerName: string;
  hasIndex: boolean;
  hasThumbnail: boolean;
  hasStoryboard: boolean;
  /** Of its club; null keeps videos. */
  retentionDays: number | null;
  brandColor: string | null;
};

/** Of a club that is gone. */
const NO_CLUBS_ZONE = 'UTC';

/** The club may be gone. */
type Videos = Omit<Tables, 'club'> & { club: Nullable<Tables['club']> };

const Newest = z.tuple([z.number(), z.string()]);

export async function listVideoRows(
  db: Db,
  query: VideoQuery,
): Promise<{ rows: VideoRow[]; nextCursor: string | null }> {
  const days = query.date === undefined ? undefined : await findDays(db, query.date);
  const found = await readScope(
    query.scope,
    (reach) => planVideoQuery(db, { ...query, scope: reach }, days).execute(),
    (row) => row.opened_at,
  );
  const { rows, nextCursor } = planPage(found, query.limit, (row) => [row.opened_at, row.id]);
  return { rows: rows.map(withNames), nextCursor };
}

/** That day in each zone that a club is in. */
async function findDays(db: Db, date: LocalDate): Promise<ZonedDay[]> {
  const clubs = await db.selectFrom('club').select('time_zone').distinct().execute();
  const timeZones = new Set([...clubs.map((club) => club.time_zone), NO_CLUBS_ZONE]);
  return [...timeZones].map((timeZone) => planDay(date, timeZone));
}

/** One row more than `limit`, where there are more. Of `days`, each counts for the clubs in its zone. */
export function planVideoQuery(db: Db, query: ReachQuery, days?: readonly ZonedDay[]) {
  const { scope, clubId, courtId, fromMs, toMs, cursor, limit } = query;
  const after = parseKeys(cursor, Newest);
  let select = selectVideos(db)
    // Letter by letter as the partial indexes say it, or they are not used.
    .where(sql<boolean>`match_session.movie_state not in ('none', 'deleted')`)
    .orderBy('match_session.opened_at', 'desc')
    .orderBy('match_session.id', 'desc')
    .limit(limit + 1);
  if (clubId !== undefined) select = select.where('match_session.club_id', '=', clubId);
  if (courtId !== undefined) select = select.where('match_session.court_id', '=', courtId);
  if (fromMs !== undefined) select = select.where('match_session.opened_at', '>=', fromMs);
  if (toMs !== undefined) select = select.where('match_session.opened_at', '<', toMs);
  if (days !== undefined) select = select.where((eb) => isWithin(eb, days));
  if (scope.kind !== 'all') select = select.where((eb) => isWithinReach(eb, scope));
  if (after === undefined) return select;
  return select.where((eb) =>
    eb(eb.refTuple('match_session.opened_at', 'match_session.id'), '<', eb.tuple(...after)),
  );
}

/** The span of all of them first: it is what an index finds. */
function isWithin(eb: ExpressionBuilder<Videos, 'match_session' | 'club'>, days: readonly ZonedDay[]) {
  const openedAt = 'match_session.opened_at';
  const timeZone = eb.fn.coalesce('club.time_zone', eb.val(NO_CLUBS_ZONE));
  return eb.and([
    eb(openedAt, '>=', Math.min(...days.map(({ fromMs }) => fromMs))),
    eb(openedAt, '<', Math.max(...days.map(({ toMs }) => toMs))),
    eb.or(
      days.map((day) =>
        eb.and([
          eb(timeZone, '=', day.timeZone),
          eb(openedAt, '>=', day.fromMs),
          eb(openedAt, '<', day.toMs),
        ]),
      ),
    ),
  ]);
}

export async function findVideoRow(db: Db, sessionId: string): Promise<VideoRow | undefined> {
  const row = await selectVideos(db).where('match_session.id', '=', sessionId).executeTakeFirst();
  return row && withNames(row);
}

/** AppError `not_found` where there is no such session. */
export async function getVideoRow(db: Db, sessionId: string): Promise<VideoRow> {
  const row = await findVideoRow(db, sessionId);
  if (row === undefined)
    throw new AppError('not_found', 'expected the id of a session; found no such session');
  return row;
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
      'club.retention_days as retentionDays',
      'club.brand_color as brandColor',
    ])
    .select((eb) => [
      hasSideFile(eb, 'index.json').as('hasIndex'),
      hasSideFile(eb, 'thumbnail.jpg').as('hasThumbnail'),
      hasSideFile(eb, 'storyboard.json').as('hasStoryboard'),
    ]);
}

export function hasSideFile(eb: ExpressionBuilder<Tables, 'match_session'>, name: SideFileName) {
  return eb.exists(
    eb
      .selectFrom('side_file')
      .select('side_file.name')
      .whereRef('side_file.session_id', '=', 'match_session.id')
      .where('side_file.name', '=', name),
  );
}

/** Flags are 0 and 1 to SQLite. */
interface Beside {
  hasIndex: unknown;
  hasThumbnail: unknown;
  hasStoryboard: unknown;
  retentionDays: number | null;
  brandColor: string | null;
}

type Nullable<Row> = { [Name in keyof Row]: Row[Name] | null };
type Names = Pick<VideoRow, 'clubName' | 'timeZone' | 'courtName' | 'ownerName'>;

function withNames(row: Selectable<MatchSessionTable> & Nullable<Names> & Beside): VideoRow {
  return {
    ...row,
    clubName: row.clubName ?? row.club_id,
    timeZone: row.timeZone ?? NO_CLUBS_ZONE,
    courtName: row.courtName ?? row.court_id,
    ownerName: row.ownerName ?? '',
    hasIndex: Boolean(row.hasIndex),
    hasThumbnail: Boolean(row.hasThumbnail),
    hasStoryboard: Boolean(row.hasStoryboard),
  };
}
