/**
 * Clips: ranges of stored movies, each with a name, played and saved as a movie of its own. Owns the table `clip`; a clip
 * has no bytes of its own, and goes with its movie, unless it is kept and its movie expires (`keep-clips.ts`). Rights are
 * the gate's question. May import `db`, `audit`, `access`, `files`, `sessions`, `storage`, `uploads`, `clock`.
 */
import { randomBytes } from 'node:crypto';
import { MAX_CLIPS } from '@padelvar/shared/clip-api';
import type { Clip, ClipCreate, ClipUpdate } from '@padelvar/shared/clip-api';
import { AppError } from '@padelvar/shared/errors';
import type { z } from 'zod';
import type { Audit } from '../audit/audit.ts';
import type { Caller } from '../auth/caller.ts';
import type { Clock } from '../clock.ts';
import type { Page } from '../db/cursor.ts';
import type { Db } from '../db/database.ts';
import { transact } from '../db/transact.ts';
import type { ClipCopies } from '../files/clip-copies.ts';
import type { ObjectLinks } from '../files/object-links.ts';
import { contentTypeOf } from '../storage/content-type.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { SideFile } from '../uploads/side-files.ts';
import { sendClip } from './clip-file.ts';
import type { ClipMovies } from './clip-movies.ts';
import { findClipRow, listClipRows } from './clip-rows.ts';
import type { ClipQuery, ClipRow } from './clip-rows.ts';
import { findLogo } from '../clubs/club-logos.ts';
import { formatClip, formatSharedClip, nameFile } from './clip-view.ts';
import type { SharedClip } from './clip-view.ts';

export interface Clips {
  /** Of a movie that is ready. Throws `conflict` at {@link MAX_CLIPS}, `bad_request` where the movie has nothing there. */
  create(caller: Caller, sessionId: string, input: z.output<typeof ClipCreate>): Promise<Clip>;
  /** Newest first. */
  list(caller: Caller, query: ClipQuery): Promise<Page<Clip>>;
  /** `not_found` where this match has no such clip. */
  get(caller: Caller, sessionId: string, clipId: string): Promise<Clip>;
  /** What a link to this clip says of it; `gone` where it was deleted. */
  describeShared(sessionId: string, clipId: string): Promise<SharedClip>;
  /** Throws `conflict` where a clip whose match has expired is to be kept no more: it is deleted instead. */
  update(
    caller: Caller,
    sessionId: string,
    clipId: string,
    changes: z.output<typeof ClipUpdate>,
  ): Promise<Clip>;
  /** A picture of its match; `not_ready` where there is none. */
  thumbnail(sessionId: string, clipId: string): Promise<SideFile>;
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

export interface ClipsOptions {
  db: Db;
  clock: Clock;
  audit: Audit;
  movies: ClipMovies;
  /** The size of a movie that is ready; throws what `Files.requireReady` throws. */
  requireMovie: (sessionId: string) => Promise<{ key: string; bytes: number }>;
  store: Pick<ObjectStore, 'read'>;
  links: Pick<ObjectLinks, 'send'>;
  /** The picture beside a match that is there. */
  findThumbnail: (sessionId: string) => Promise<SideFile>;
  clipCopies: Pick<ClipCopies, 'eraseLeft'>;
}

export function createClips(options: ClipsOptions): Clips {
  const { db, clock, audit, movies, requireMovie, store, links, findThumbnail, clipCopies } = options;
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

  /** What the store refuses now goes with the next sweep: the clip itself has changed. */
  const eraseCopies = (sessionId: string): Promise<void> =>
    clipCopies.eraseLeft(sessionId).catch(() => undefined);

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
      return formatSharedClip(row, await findLogo(db, row.clubId));
    },
    async update(caller, sessionId, clipId, { name, kept }) {
      const before = await getRow(sessionId, clipId);
      if (kept !== undefined && kept !== (before.kept === 1)) {
        await setKept(db, before, kept);
        await audit.record(caller, kept ? 'clip.keep' : 'clip.release', sessionId, { clipId });
        if (!kept) await eraseCopies(sessionId);
      }
      if (name !== undefined) await db.updateTable('clip').set({ name }).where('id', '=', clipId).execute();
      return formatClip(await getRow(sessionId, clipId), caller);
    },
    async thumbnail(sessionId, clipId) {
      const { id, copy } = await getRow(sessionId, clipId);
      if (copy === undefined) return findThumbnail(sessionId);
      const { thumbnail } = copy;
      const body = thumbnail && (await store.read(thumbnail.key, thumbnail.bytes));
      if (body === undefined) throw new AppError('not_ready', 'there is no picture of this match');
      return { body, contentType: contentTypeOf('thumbnail.jpg'), etag: `"${id}"` };
    },
    async delete(caller, sessionId, clipId) {
      await getRow(sessionId, clipId);
      await db.deleteFrom('clip').where('id', '=', clipId).execute();
      await audit.record(caller, 'clip.delete', sessionId, { clipId });
      await eraseCopies(sessionId);
    },
    async send(request, { sessionId, clipId, disposition }, mayGoOn) {
      const row = await getRow(sessionId, clipId);
      const goesOn = async (): Promise<boolean> => {
        await getStanding(sessionId, clipId);
        return mayGoOn();
      };
      if (row.copy !== undefined) {
        return links.send(request, { key: row.copy.key, fileName: nameFile(row), disposition }, goesOn);
      }
      return sendClip(request, { row, disposition, movies, clock, mayGoOn: goesOn });
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
    { fault: 'too_many' },
  );
}

/** In a transaction, so that no clip is left to be kept of a match that has just gone. */
async function setKept(db: Db, { id, session_id: sessionId }: ClipRow, kept: boolean): Promise<void> {
  await transact(db, async (trx) => {
    const match = await trx
      .selectFrom('match_session')
      .select('movie_state')
      .where('id', '=', sessionId)
      .executeTakeFirst();
    if (match?.movie_state !== 'ready') {
      throw new AppError('conflict', 'this clip is all that is left of its match: delete it instead', {
        fault: 'last_copy',
      });
    }
    await trx
      .updateTable('clip')
      .set({ kept: kept ? 1 : 0 })
      .where('id', '=', id)
      .execute();
  });
}
