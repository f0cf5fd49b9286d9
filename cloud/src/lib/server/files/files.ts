/**
 * The library: lists of videos, links to them, and their end. Owns the deletion of movies; does not own the bytes
 * (`storage/`), their arrival (`uploads/`) or rights (`access/`: callers ask the gate first).
 * May import `db`, `access`, `devices`, `sessions`, `storage`, `uploads`, `clock`.
 */
import { AppError } from '@padelvar/shared/errors';
import type { SharedVideo } from '@padelvar/shared/library-api';
import type { DeletionReceipt, Video } from '@padelvar/shared/portal-api';
import type { Caller } from '../auth/caller.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import { transact } from '../db/transact.ts';
import type { Devices } from '../devices/devices.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { Uploads } from '../uploads/uploads.ts';
import { listFurtherRows } from '../uploads/further-rows.ts';
import type { FurtherMovies } from '../uploads/further-movies.ts';
import { formatFileName } from './file-name.ts';
import type { FurtherVideos } from './further-videos.ts';
import type { MovieRelay } from './movie-relay.ts';
import { findVideoRow, listVideoRows } from './video-rows.ts';
import type { VideoQuery, VideoRow } from './video-rows.ts';
import { formatReceipt, formatShared, formatVideo, recordedAt } from './video-view.ts';

export interface FilesOptions {
  db: Db;
  clock: Clock;
  store: ObjectStore;
  uploads: Pick<Uploads, 'discard'>;
  furtherMovies: Pick<FurtherMovies, 'erase' | 'listLeft'>;
  furtherVideos: Pick<FurtherVideos, 'list'>;
  sessions: Pick<Sessions, 'status' | 'changed'>;
  devices: Pick<Devices, 'bumpRev' | 'publishDesired'>;
  /** Set where the portal itself hands on the bytes; undefined where they come straight from a service. */
  relay: MovieRelay | undefined;
  /** How long a link for watching lives. */
  playLinkSeconds: number;
}

export interface Files {
  list(caller: Caller, query: VideoQuery): Promise<{ items: Video[]; nextCursor: string | null }>;
  /** `not_found` where there is no video, `gone` where it was deleted. */
  get(caller: Caller, sessionId: string): Promise<Video>;
  /** A link of limited life. `not_ready` with state and seconds to go, `gone` where it was deleted. */
  link(sessionId: string, disposition: 'inline' | 'attachment', method?: string): Promise<string>;
  /**
   * For whoever holds a link that can be taken back; throws as `link` does. The movie itself, as long as `mayGoOn` says
   * so and it is not deleted; or the way to it at a service, whose links for watching end within a minute.
   */
  share(
    request: Request,
    what: { sessionId: string; disposition: 'inline' | 'attachment' },
    mayGoOn: () => Promise<boolean>,
  ): Promise<Response>;
  /** Throws as `link` does where there is nothing to share. */
  requireReady(sessionId: string): Promise<{ key: string; bytes: number }>;
  /** What a link to this video says of it; throws as `link` does. */
  describeShared(sessionId: string): Promise<Omit<SharedVideo, 'download' | 'expiresAt' | 'clipName'>>;
  /** Store, library and device forget it. Repeating it changes nothing. `conflict` while it is being recorded. */
  delete(sessionId: string, by?: Pick<Caller, 'userId'>): Promise<DeletionReceipt>;
  /** What was deleted, and which copies are gone by now; `not_found` where nothing was. */
  receipt(sessionId: string): Promise<DeletionReceipt>;
  /** Finishes deletions that a crash cut short. */
  sweep(): Promise<void>;
}

/** Long enough to begin and to resume a download: whoever may save a movie may keep it. */
const ATTACHMENT_LINK_SECONDS = 60 * 60;
/** Used at once, by the portal itself. */
const RELAY_LINK_SECONDS = 60;

export function createFiles(options: FilesOptions): Files {
  const { db, clock, store, uploads, sessions, devices, relay, playLinkSeconds } = options;

  const { furtherMovies, furtherVideos } = options;

  const getReadyRow = async (sessionId: string): Promise<ReadyRow> => {
    const row = await getVideoRow(db, sessionId);
    if (row.movie_state === 'deleted') throw new AppError('gone', 'this video has been deleted');
    if (isReady(row)) return row;
    const { etaSeconds } = await sessions.status(sessionId);
    throw new AppError('not_ready', 'this video is not ready yet', {
      details: { state: row.movie_state, etaSeconds },
    });
  };

  const lifeOf = (disposition: Link['disposition']): number =>
    disposition === 'inline' ? playLinkSeconds : ATTACHMENT_LINK_SECONDS;

  const sign = (row: ReadyRow, { method = 'GET', ...link }: Link) =>
    store.signGet({
      key: row.object_key,
      fileName: formatFileName({ ...row, recordedAt: recordedAt(row) }),
      method: method === 'HEAD' ? 'HEAD' : 'GET',
      ...link,
    });

  /** Repeatable: the key goes last, so that a sweep finds what was cut short. */
  const eraseObject = async (sessionId: string, key: string | null): Promise<void> => {
    await furtherMovies.erase(sessionId);
    await uploads.discard(sessionId);
    if (key === null) return;
    await store.delete(key);
    await db.updateTable('match_session').set({ object_key: null }).where('id', '=', sessionId).execute();
  };

  /** The device learns of it by its desired document, however late it comes back. */
  const markDeleted = async ({ id, device_id: deviceId }: VideoRow, userId: string | null): Promise<void> => {
    await transact(db, async (trx) => {
      const by = { deleted_at: clock.nowMs(), deleted_by: userId };
      const deleted = { movie_state: 'deleted', ...by } as const;
      await trx.updateTable('match_session').set(deleted).where('id', '=', id).execute();
      await trx.deleteFrom('clip').where('session_id', '=', id).execute();
      await devices.bumpRev(trx, deviceId);
    });
    await devices.publishDesired(deviceId);
    sessions.changed(id);
  };

  return {
    async list(caller, query) {
      const { rows, nextCursor } = await listVideoRows(db, query);
      const further = await furtherVideos.list(rows.map(({ id }) => id));
      return { items: rows.map((row) => formatVideo(row, caller, further.get(row.id))), nextCursor };
    },
    async get(caller, sessionId) {
      const row = await getVideoRow(db, sessionId);
      if (row.movie_state === 'deleted') throw new AppError('gone', 'this video has been deleted');
      if (row.movie_state === 'none') throw new AppError('not_found', 'this session has no video');
      const further = await furtherVideos.list([sessionId]);
      return formatVideo(row, caller, further.get(sessionId));
    },
    async link(sessionId, disposition, method) {
      const expiresInSeconds = lifeOf(disposition);
      return sign(await getReadyRow(sessionId), { disposition, expiresInSeconds, method });
    },
    async share(request, { sessionId, disposition }, mayGoOn) {
      const { method } = request;
      const expiresInSeconds = relay === undefined ? lifeOf(disposition) : RELAY_LINK_SECONDS;
      const link = await sign(await getReadyRow(sessionId), { disposition, expiresInSeconds, method });
      if (relay === undefined) return new Response(null, { status: 302, headers: { location: link } });
      return relay.send(request, link, async () => {
        await getReadyRow(sessionId);
        return mayGoOn();
      });
    },
    async requireReady(sessionId) {
      const row = await getReadyRow(sessionId);
      return { key: row.object_key, bytes: row.movie_bytes ?? 0 };
    },
    async describeShared(sessionId) {
      return formatShared(await getReadyRow(sessionId));
    },
    async delete(sessionId, by) {
      const row = await getVideoRow(db, sessionId);
      if (row.movie_state === 'none') throw new AppError('not_found', 'this session has no video');
      if (row.movie_state === 'recording') {
        throw new AppError('conflict', 'this match is being recorded: stop it first');
      }
      if (row.movie_state !== 'deleted') await markDeleted(row, by?.userId ?? null);
      await eraseObject(sessionId, row.object_key);
      return loadReceipt(db, sessionId);
    },
    receipt: (sessionId) => loadReceipt(db, sessionId),
    async sweep() {
      const rows = await db
        .selectFrom('match_session')
        .leftJoin('upload', 'upload.session_id', 'match_session.id')
        .select(['match_session.id', 'match_session.object_key'])
        .where('movie_state', '=', 'deleted')
        .where((eb) =>
          eb.or([eb('match_session.object_key', 'is not', null), eb('upload.state', '=', 'open')]),
        )
        .execute();
      for (const row of rows) await eraseObject(row.id, row.object_key);
      for (const sessionId of await furtherMovies.listLeft()) await furtherMovies.erase(sessionId);
    },
  };
}

interface Link {
  disposition: 'inline' | 'attachment';
  expiresInSeconds: number;
  /** Of the request that it is for. */
  method: string | undefined;
}

type ReadyRow = VideoRow & { object_key: string };

function isReady(row: VideoRow): row is ReadyRow {
  return row.movie_state === 'ready' && row.object_key !== null;
}

async function getVideoRow(db: Db, sessionId: string): Promise<VideoRow> {
  const row = await findVideoRow(db, sessionId);
  if (row === undefined)
    throw new AppError('not_found', 'expected the id of a session; found no such session');
  return row;
}

async function loadReceipt(db: Db, sessionId: string): Promise<DeletionReceipt> {
  const row = await getVideoRow(db, sessionId);
  if (row.deleted_at === null) throw new AppError('not_found', 'this video has not been deleted');
  const by = await db
    .selectFrom('user')
    .select('name')
    .where('id', '=', row.deleted_by ?? '')
    .executeTakeFirst();
  const upload = await db
    .selectFrom('upload')
    .select('state')
    .where('session_id', '=', sessionId)
    .executeTakeFirst();
  const further = await listFurtherRows(db, [sessionId]);
  const isFurtherLeft = further.some(({ state }) => state === 'open' || state === 'complete');
  return formatReceipt(row, {
    deletedAt: row.deleted_at,
    deletedBy: by?.name ?? '',
    storeErased: row.object_key === null && upload?.state !== 'open' && !isFurtherLeft,
    furtherBytes: further.reduce((sum, { bytes }) => sum + bytes, 0),
  });
}
