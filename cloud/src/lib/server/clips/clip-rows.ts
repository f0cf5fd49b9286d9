/** Clips as rows, with the names of where their match was played and where their bytes are. */
import type { Selectable } from 'kysely';
import { z } from 'zod';
import { parseKeys, planPage } from '../db/cursor.ts';
import type { Page, PageRequest } from '../db/cursor.ts';
import type { Db } from '../db/database.ts';
import type { ClipTable } from '../db/tables.ts';
import { hasSideFile } from '../files/video-rows.ts';
import { isWithin, readScope, type Reach, type SessionScope } from '../sessions/session-list.ts';
import type { Cut } from './clip-movies.ts';

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
  brandColor: string | null;
  /** Of its club; null keeps videos. */
  retentionDays: number | null;
  width: number;
  height: number;
  codec: string | null;
  hasThumbnail: boolean;
  movieKey: string;
  movieBytes: number;
  /** Unix milliseconds. */
  movieBeganAt: number;
  /** Its own object, where its match has expired. */
  copy: { key: string; thumbnail: { key: string; bytes: number } | undefined } | undefined;
};

const Newest = z.tuple([z.number(), z.string()]);

export async function listClipRows(db: Db, { of, clubId, cursor, limit }: ClipQuery): Promise<Page<ClipRow>> {
  const after = parseKeys(cursor, Newest);
  const read = async (reach: Reach | { sessionId: string }) => {
    let select = selectClips(db)
      .orderBy('clip.created_at', 'desc')
      .orderBy('clip.id', 'desc')
      .limit(limit + 1);
    if ('sessionId' in reach) select = select.where('clip.session_id', '=', reach.sessionId);
    else if (reach.kind !== 'all') select = select.where((eb) => isWithin(eb, reach));
    if (clubId !== undefined) select = select.where('match_session.club_id', '=', clubId);
    if (after !== undefined) {
      select = select.where((eb) => eb(eb.refTuple('clip.created_at', 'clip.id'), '<', eb.tuple(...after)));
    }
    return select.execute();
  };
  const found = 'sessionId' in of ? await read(of) : await readScope(of, read, (row) => row.created_at);
  const { rows, nextCursor } = planPage(found, limit, (row) => [row.created_at, row.id]);
  return { items: rows.map(withNames), nextCursor };
}

export async function findClipRow(db: Db, sessionId: string, clipId: string): Promise<ClipRow | undefined> {
  const row = await selectClips(db)
    .where('clip.id', '=', clipId)
    .where('clip.session_id', '=', sessionId)
    .executeTakeFirst();
  return row && withNames(row);
}

/** Of these matches, the oldest first. */
export async function listClipsOf(db: Db, sessionIds: readonly string[]): Promise<ClipRow[]> {
  if (sessionIds.length === 0) return [];
  const rows = await selectClips(db)
    .where('clip.session_id', 'in', [...sessionIds])
    .orderBy('clip.created_at')
    .orderBy('clip.id')
    .execute();
  return rows.map(withNames);
}

/** Clips of a movie that stay when it goes, or have stayed. */
export async function listKeptRows(db: Db, sessionId: string): Promise<ClipRow[]> {
  const rows = await selectClips(db)
    .where('clip.session_id', '=', sessionId)
    .where('clip.kept', '=', 1)
    .execute();
  return rows.map(withNames);
}

/** Of movies that can be watched, and those that have outlived theirs. */
function selectClips(db: Db) {
  return db
    .selectFrom('clip')
    .innerJoin('match_session', 'match_session.id', 'clip.session_id')
    .leftJoin('club', 'club.id', 'match_session.club_id')
    .leftJoin('court', 'court.id', 'match_session.court_id')
    .leftJoin('clip_copy', 'clip_copy.clip_id', 'clip.id')
    .where((eb) =>
      eb.or([
        eb('match_session.movie_state', '=', 'ready'),
        eb.and([
          eb('match_session.movie_state', '=', 'deleted'),
          eb('clip.kept', '=', 1),
          eb('clip_copy.state', '=', 'complete'),
        ]),
      ]),
    )
    .selectAll('clip')
    .select([
      'match_session.club_id as clubId',
      'match_session.court_id as courtId',
      'match_session.owner_id as ownerId',
      'match_session.movie_state as movieState',
      'match_session.movie_width as width',
      'match_session.movie_height as height',
      'match_session.movie_codec as codec',
      'match_session.object_key as movieKey',
      'match_session.movie_bytes as movieBytes',
      'match_session.started_at as startedAt',
      'match_session.start_requested_at as requestedAt',
      'match_session.opened_at as openedAt',
      'club.name as clubName',
      'club.time_zone as timeZone',
      'club.brand_color as brandColor',
      'club.retention_days as retentionDays',
      'court.name as courtName',
      'clip_copy.object_key as copyKey',
      'clip_copy.thumbnail_key as copyThumbnailKey',
      'clip_copy.thumbnail_bytes as copyThumbnailBytes',
    ])
    .select((eb) => hasSideFile(eb, 'thumbnail.jpg').as('hasThumbnail'));
}

type Found = Awaited<ReturnType<ReturnType<typeof selectClips>['executeTakeFirstOrThrow']>>;

/** A match outlives its club and court: their ids then stand for their names. */
function withNames(row: Found): ClipRow {
  const copy = row.movieState === 'ready' ? undefined : copyOf(row);
  return {
    ...row,
    copy,
    clubName: row.clubName ?? row.clubId,
    courtName: row.courtName ?? row.courtId,
    timeZone: row.timeZone ?? 'UTC',
    width: row.width ?? 0,
    height: row.height ?? 0,
    hasThumbnail: copy === undefined ? Boolean(row.hasThumbnail) : copy.thumbnail !== undefined,
    movieKey: row.movieKey ?? '',
    movieBytes: row.movieBytes ?? 0,
    movieBeganAt: row.startedAt ?? row.requestedAt ?? row.openedAt,
  };
}

function copyOf({ copyKey, copyThumbnailKey: key, copyThumbnailBytes: bytes }: Found): ClipRow['copy'] {
  if (copyKey === null) return undefined;
  return { key: copyKey, thumbnail: key === null || bytes === null ? undefined : { key, bytes } };
}

/** Where the clip's bytes are while its match is there. */
export function cutOf(row: ClipRow): Cut {
  const { session_id: sessionId, movieKey, movieBytes, from_ms: fromMs, to_ms: toMs } = row;
  return { sessionId, movieKey, movieBytes, fromMs, toMs };
}
