/** Clips as rows, with the names of where their match was played. */
import type { Selectable } from 'kysely';
import { z } from 'zod';
import { parseKeys, planPage } from '../db/cursor.ts';
import type { Page, PageRequest } from '../db/cursor.ts';
import type { Db } from '../db/database.ts';
import type { ClipTable } from '../db/tables.ts';
import { hasSideFile, isOwn } from '../files/video-rows.ts';
import type { SessionScope } from '../sessions/session-list.ts';

export interface ClipQuery extends PageRequest {
  /** Whose clips: those of one match, or all of the matches that somebody may see. */
  of: { sessionId: string } | SessionScope;
  clubId?: string | undefined;
}

export type ClipRow = Selectable<ClipTable> & {
  clubId: string;
  ownerId: string;
  clubName: string;
  timeZone: string;
  courtName: string;
  hasThumbnail: boolean;
  movieKey: string;
  movieBytes: number;
  /** Unix milliseconds. */
  movieBeganAt: number;
};

const Newest = z.tuple([z.number(), z.string()]);

export async function listClipRows(db: Db, { of, clubId, cursor, limit }: ClipQuery): Promise<Page<ClipRow>> {
  const after = parseKeys(cursor, Newest);
  let select = selectClips(db)
    .orderBy('clip.created_at', 'desc')
    .orderBy('clip.id', 'desc')
    .limit(limit + 1);
  if ('sessionId' in of) select = select.where('clip.session_id', '=', of.sessionId);
  else if (of.kind === 'clubs') select = select.where('match_session.club_id', 'in', [...of.clubIds]);
  else if (of.kind === 'user') {
    const { userId } = of;
    select = select.where((eb) => isOwn(eb, userId));
  }
  if (clubId !== undefined) select = select.where('match_session.club_id', '=', clubId);
  if (after !== undefined) {
    select = select.where((eb) => eb(eb.refTuple('clip.created_at', 'clip.id'), '<', eb.tuple(...after)));
  }
  const { rows, nextCursor } = planPage(await select.execute(), limit, (row) => [row.created_at, row.id]);
  return { items: rows.map(withNames), nextCursor };
}

export async function findClipRow(db: Db, sessionId: string, clipId: string): Promise<ClipRow | undefined> {
  const row = await selectClips(db)
    .where('clip.id', '=', clipId)
    .where('clip.session_id', '=', sessionId)
    .executeTakeFirst();
  return row && withNames(row);
}

/** Of movies that can be watched. */
function selectClips(db: Db) {
  return db
    .selectFrom('clip')
    .innerJoin('match_session', 'match_session.id', 'clip.session_id')
    .leftJoin('club', 'club.id', 'match_session.club_id')
    .leftJoin('court', 'court.id', 'match_session.court_id')
    .where('match_session.movie_state', '=', 'ready')
    .selectAll('clip')
    .select([
      'match_session.club_id as clubId',
      'match_session.court_id as courtId',
      'match_session.owner_id as ownerId',
      'match_session.object_key as movieKey',
      'match_session.movie_bytes as movieBytes',
      'match_session.started_at as startedAt',
      'match_session.start_requested_at as requestedAt',
      'match_session.opened_at as openedAt',
      'club.name as clubName',
      'club.time_zone as timeZone',
      'court.name as courtName',
    ])
    .select((eb) => hasSideFile(eb, 'thumbnail.jpg').as('hasThumbnail'));
}

type Found = Awaited<ReturnType<ReturnType<typeof selectClips>['executeTakeFirstOrThrow']>>;

/** A match outlives its club and court: their ids then stand for their names. */
function withNames(row: Found): ClipRow {
  return {
    ...row,
    clubName: row.clubName ?? row.clubId,
    courtName: row.courtName ?? row.courtId,
    timeZone: row.timeZone ?? 'UTC',
    hasThumbnail: Boolean(row.hasThumbnail),
    movieKey: row.movieKey ?? '',
    movieBytes: row.movieBytes ?? 0,
    movieBeganAt: row.startedAt ?? row.requestedAt ?? row.openedAt,
  };
}
