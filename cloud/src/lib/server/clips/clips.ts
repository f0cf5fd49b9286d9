/**
 * Clips: ranges of stored movies, each with a name, played and saved as a movie of its own. Owns the table `clip`; a clip
 * has no bytes of its own, and goes with its movie. Rights are the gate's question. May import `db`, `audit`, `access`,
 * `files`, `sessions`, `storage`, `clock`.
 */
import { randomBytes } from 'node:crypto';
import { planRange } from '@padelvar/shared/byte-range';
import { MAX_CLIPS } from '@padelvar/shared/clip-api';
import type { Clip, ClipCreate } from '@padelvar/shared/clip-api';
import { AppError } from '@padelvar/shared/errors';
import type { z } from 'zod';
import { decide } from '../access/decide.ts';
import type { Audit } from '../audit/audit.ts';
import type { Caller } from '../auth/caller.ts';
import type { Clock } from '../clock.ts';
import type { Page } from '../db/cursor.ts';
import type { Db } from '../db/database.ts';
import { formatFileName } from '../files/file-name.ts';
import { flowWhile } from '../files/movie-relay.ts';
import { formatContentDisposition } from '../storage/content-disposition.ts';
import type { ClipMovies, Cut } from './clip-movies.ts';
import { findClipRow, listClipRows } from './clip-rows.ts';
import type { ClipQuery, ClipRow } from './clip-rows.ts';

export interface Clips {
  /** Of a movie that is ready. Throws `conflict` at {@link MAX_CLIPS}, `bad_request` where the movie has nothing there. */
  create(caller: Caller, sessionId: string, input: z.output<typeof ClipCreate>): Promise<Clip>;
  /** Newest first. */
  list(caller: Caller, query: ClipQuery): Promise<Page<Clip>>;
  /** `not_found` where this match has no such clip. */
  get(caller: Caller, sessionId: string, clipId: string): Promise<Clip>;
  /** What a link to this clip says of it; `gone` where it was deleted. */
  describeShared(sessionId: string, clipId: string): Promise<SharedClip>;
  rename(caller: Caller, sessionId: string, clipId: string, name: string): Promise<Clip>;
  /** Links to it end with it. */
  delete(caller: Caller, sessionId: string, clipId: string): Promise<void>;
  /** The clip as a file, with ranges, as long as `mayGoOn` says so and it is there. */
  send(request: Request, what: ClipFile, mayGoOn: () => Promise<boolean>): Promise<Response>;
}

export interface ClipFile {
  sessionId: string;
  clipId: string;
  disposition: 'inline' | 'attachment';
}

export interface SharedClip {
  clipName: string;
  durationSeconds: number;
  bytes: number;
  recordedAt: string;
  /** What lies beside the match shows more than the clip. */
  stream: false;
  storyboard: false;
}

export interface ClipsOptions {
  db: Db;
  clock: Clock;
  audit: Audit;
  movies: ClipMovies;
  /** The size of a movie that is ready; throws what `Files.requireReady` throws. */
  requireMovie: (sessionId: string) => Promise<{ key: string; bytes: number }>;
}

export function createClips({ db, clock, audit, movies, requireMovie }: ClipsOptions): Clips {
  const getRow = async (sessionId: string, clipId: string): Promise<ClipRow> => {
    const row = await findClipRow(db, sessionId, clipId);
    if (row === undefined)
      throw new AppError('not_found', 'expected the id of a clip of this match; found no such clip');
    return row;
  };
  /** To whoever plays it, a clip that went is gone rather than unknown. */
  const getStanding = async (sessionId: string, clipId: string): Promise<ClipRow> => {
    const row = await findClipRow(db, sessionId, clipId);
    if (row === undefined) throw new AppError('gone', 'this clip has been deleted');
    return row;
  };

  return {
    async create(caller, sessionId, { name, fromMs, toMs }) {
      const { key: movieKey, bytes: movieBytes } = await requireMovie(sessionId);
      await refuseTooMany(db, sessionId);
      const { totalBytes } = await movies.plan({ sessionId, movieKey, movieBytes, fromMs, toMs });
      const id = randomBytes(8).toString('hex');
      const made = { created_by: caller.userId, created_at: clock.nowMs() };
      await db
        .insertInto('clip')
        .values({ id, session_id: sessionId, name, from_ms: fromMs, to_ms: toMs, bytes: totalBytes, ...made })
        .execute();
      await audit.record(caller, 'clip.create', sessionId, { clipId: id, fromMs, toMs });
      return formatClip(await getRow(sessionId, id), caller);
    },
    async list(caller, query) {
      const { items, nextCursor } = await listClipRows(db, query);
      return { items: items.map((row) => formatClip(row, caller)), nextCursor };
    },
    get: async (caller, sessionId, clipId) => formatClip(await getRow(sessionId, clipId), caller),
    async describeShared(sessionId, clipId) {
      const row = await getStanding(sessionId, clipId);
      const durationSeconds = (row.to_ms - row.from_ms) / 1000;
      const beside = { stream: false, storyboard: false } as const;
      return { clipName: row.name, durationSeconds, bytes: row.bytes, recordedAt: beganAt(row), ...beside };
    },
    async rename(caller, sessionId, clipId, name) {
      await getRow(sessionId, clipId);
      await db.updateTable('clip').set({ name }).where('id', '=', clipId).execute();
      return formatClip(await getRow(sessionId, clipId), caller);
    },
    async delete(caller, sessionId, clipId) {
      await getRow(sessionId, clipId);
      await db.deleteFrom('clip').where('id', '=', clipId).execute();
      await audit.record(caller, 'clip.delete', sessionId, { clipId });
    },
    async send(request, { sessionId, clipId, disposition }, mayGoOn) {
      const row = await getRow(sessionId, clipId);
      const cut = cutOf(row);
      const planned = await movies.plan(cut);
      const etag = `"${row.id}-${String(row.movieBytes)}"`;
      const headers = new Headers({
        'accept-ranges': 'bytes',
        'cache-control': 'private, no-cache, no-transform',
        'content-disposition': formatContentDisposition(disposition, nameFile(row)),
        'content-type': 'video/mp4',
        'x-content-type-options': 'nosniff',
        etag,
      });
      if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers });
      const { totalBytes } = planned;
      const decision = planRange({
        range: request.headers.get('range') ?? undefined,
        ifRange: request.headers.get('if-range') ?? undefined,
        etag,
        totalBytes,
      });
      if (decision.kind === 'unsatisfiable')
        throw new AppError('range_not_satisfiable', `expected a range within ${String(totalBytes)} bytes`);
      const range = decision.kind === 'part' ? decision.range : { start: 0, end: totalBytes };
      const status = decision.kind === 'part' ? 206 : 200;
      if (status === 206)
        headers.set(
          'content-range',
          `bytes ${String(range.start)}-${String(range.end - 1)}/${String(totalBytes)}`,
        );
      headers.set('content-length', String(range.end - range.start));
      if (request.method === 'HEAD') return new Response(null, { status, headers });
      const body = flowWhile(await movies.open(cut, planned, range), clock, async () => {
        await getStanding(sessionId, clipId);
        return mayGoOn();
      });
      return new Response(body, { status, headers });
    },
  };
}

async function refuseTooMany(db: Db, sessionId: string): Promise<void> {
  const { standing } = await db
    .selectFrom('clip')
    .select((eb) => eb.fn.countAll<number>().as('standing'))
    .where('session_id', '=', sessionId)
    .executeTakeFirstOrThrow();
  if (standing < MAX_CLIPS) return;
  throw new AppError(
    'conflict',
    `expected fewer than ${String(MAX_CLIPS)} clips of a match; delete one first`,
  );
}

function cutOf(row: ClipRow): Cut {
  const { session_id: sessionId, movieKey, movieBytes, from_ms: fromMs, to_ms: toMs } = row;
  return { sessionId, movieKey, movieBytes, fromMs, toMs };
}

function beganAt(row: ClipRow): string {
  return new Date(row.movieBeganAt + row.from_ms).toISOString();
}

function nameFile(row: ClipRow): string {
  return formatFileName({ ...row, recordedAt: row.movieBeganAt + row.from_ms, title: row.name });
}

function formatClip(row: ClipRow, caller: Caller): Clip {
  const { clubId, ownerId, clubName, courtName, timeZone } = row;
  const match = { kind: 'session', clubId, ownerId, participantIds: [] } as const;
  return {
    ...{ clipId: row.id, sessionId: row.session_id, name: row.name, fromMs: row.from_ms, toMs: row.to_ms },
    ...{ bytes: row.bytes, createdAt: new Date(row.created_at).toISOString() },
    ...{ clubName, courtName, timeZone, recordedAt: beganAt(row) },
    // Support sees that there is a clip, and no picture of it.
    thumbnail: row.hasThumbnail && caller.role !== 'SUPPORT',
    canEdit: decide(caller, 'video.clip', match) === 'allow',
  };
}
