/**
 * The privacy room: what is held of a person and its end, objections of people who are in a video, and what the
 * authorities are given. Owns the table `objection` and the columns `notice_…` and `hidden_until` of sessions; does not
 * own rights (`access/`: callers ask the gate first), movies (`files/`) or logins (`auth/`). May import `db`, `audit`,
 * `auth`, `clips`, `clubs`, `codes`, `files`, `uploads`.
 *
 * This file collects all that the portal holds about one person.
 */
import type { OwnData } from '@padelvar/shared/privacy-api';
import type { Caller } from '../auth/caller.ts';
import type { Logins } from '../auth/logins.ts';
import { listClipsOf } from '../clips/clip-rows.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import type { SessionRow } from '../sessions/session-view.ts';
import { listFurtherRows } from '../uploads/further-rows.ts';
import { describeNotice } from './notice.ts';

export interface OwnDataOptions {
  db: Db;
  clock: Pick<Clock, 'nowMs'>;
  logins: Pick<Logins, 'list'>;
  origin: string;
}

/** Others are in it by no name. */
export async function collectOwnData(
  { userId, authSessionId }: Pick<Caller, 'userId' | 'authSessionId'>,
  { db, clock, logins, origin }: OwnDataOptions,
): Promise<OwnData> {
  const owned = await db
    .selectFrom('match_session')
    .selectAll()
    .where('owner_id', '=', userId)
    .orderBy('opened_at')
    .execute();
  const joined = await db
    .selectFrom('session_participant')
    .innerJoin('match_session', 'match_session.id', 'session_participant.session_id')
    .selectAll('match_session')
    .where('session_participant.user_id', '=', userId)
    .orderBy('opened_at')
    .execute();
  return {
    madeAt: formatInstant(clock.nowMs()),
    portal: origin,
    profile: await findProfile(db, userId),
    logins: await logins.list(userId, authSessionId),
    matches: owned.map(formatMatch),
    takesPartIn: joined.map(formatMatch),
    videos: [...owned, ...joined]
      .filter((row) => row.movie_state === 'ready')
      .map((row) => ({
        sessionId: row.id,
        bytes: row.movie_bytes,
        pageUrl: `${origin}/videos/${row.id}`,
        fileUrl: `${origin}/api/video/files/${row.id}/download`,
      })),
    furtherMovies: await listFurther(db, [...owned, ...joined], origin),
    clips: await listClips(db, [...owned, ...joined], origin),
    shares: await listShares(db, userId),
    requests: await listRequests(db, userId),
    log: await listLog(db, userId),
  };
}

async function findProfile(db: Db, userId: string): Promise<OwnData['profile']> {
  const { id, ...user } = await db
    .selectFrom('user')
    .select(['id', 'email', 'name', 'role', 'createdAt'])
    .where('id', '=', userId)
    .executeTakeFirstOrThrow();
  const clubs = await db
    .selectFrom('club_member')
    .innerJoin('club', 'club.id', 'club_member.club_id')
    .select(['club.id as clubId', 'club.name'])
    .where('club_member.user_id', '=', userId)
    .orderBy('club.id')
    .execute();
  return { userId: id, ...user, clubs };
}

function formatMatch(row: SessionRow): OwnData['matches'][number] {
  return {
    sessionId: row.id,
    clubId: row.club_id,
    courtId: row.court_id,
    openedAt: formatInstant(row.opened_at),
    startedAt: row.started_at === null ? null : formatInstant(row.started_at),
    endedAt: row.ended_at === null ? null : formatInstant(row.ended_at),
    state: row.state,
    movie: row.movie_state,
    notice: describeNotice(row),
  };
}

/** Those that can be watched: of matches that nobody deleted. */
async function listFurther(db: Db, matches: SessionRow[], origin: string): Promise<OwnData['furtherMovies']> {
  const standing = matches.filter((row) => row.movie_state !== 'deleted').map(({ id }) => id);
  const rows = await listFurtherRows(db, standing);
  return rows
    .filter(({ state }) => state === 'complete')
    .map(({ session_id: sessionId, number, bytes }) => ({
      ...{ sessionId, number, bytes },
      pageUrl: `${origin}/videos/${sessionId}`,
      fileUrl: `${origin}/api/video/files/${sessionId}/further/${number}/download`,
    }));
}

/** Those that can be watched: of videos that are there, and those that were kept. */
async function listClips(db: Db, matches: SessionRow[], origin: string): Promise<OwnData['clips']> {
  const rows = await listClipsOf(
    db,
    matches.map(({ id }) => id),
  );
  return rows.map(({ id: clipId, session_id: sessionId, name, bytes }) => ({
    ...{ sessionId, clipId, name, bytes },
    pageUrl: `${origin}/videos/${sessionId}/clips/${clipId}`,
    fileUrl: `${origin}/api/video/files/${sessionId}/clips/${clipId}/movie`,
  }));
}

async function listShares(db: Db, userId: string): Promise<OwnData['shares']> {
  const rows = await db
    .selectFrom('share')
    .selectAll()
    .where('created_by', '=', userId)
    .orderBy('created_at')
    .execute();
  return rows.map((row) => ({
    sessionId: row.session_id,
    label: row.label,
    download: row.can_download === 1,
    createdAt: formatInstant(row.created_at),
    expiresAt: formatInstant(row.expires_at),
  }));
}

async function listRequests(db: Db, userId: string): Promise<OwnData['requests']> {
  const rows = await db
    .selectFrom('match_request')
    .select(['session_id', 'state', 'created_at'])
    .where('user_id', '=', userId)
    .orderBy('created_at')
    .execute();
  return rows.map((row) => ({
    sessionId: row.session_id,
    state: row.state,
    createdAt: formatInstant(row.created_at),
  }));
}

async function listLog(db: Db, userId: string): Promise<OwnData['log']> {
  const rows = await db
    .selectFrom('audit')
    .selectAll()
    .where((eb) => eb.or([eb('user_id', '=', userId), eb('object', '=', userId)]))
    .orderBy('at')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    at: formatInstant(row.at),
    byOneself: row.user_id === userId,
    action: row.action,
    object: row.object,
    detail: JSON.parse(row.detail) as Record<string, unknown>,
  }));
}

function formatInstant(ms: number): string {
  return new Date(ms).toISOString();
}
