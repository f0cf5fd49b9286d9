/**
 * The library: lists of videos, links to them, and their end. Owns the deletion of movies; does not own the bytes
 * (`storage/`), their arrival (`uploads/`) or rights (`access/`: callers ask the gate first).
 * May import `db`, `access`, `devices`, `sessions`, `storage`, `uploads`, `clock`.
 */
import { AppError } from '@padelvar/shared/errors';
import type { SharedVideo } from '@padelvar/shared/library-api';
import type { Video } from '@padelvar/shared/portal-api';
import { decide } from '../access/decide.ts';
import type { Caller } from '../auth/caller.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import type { Devices } from '../devices/devices.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { Uploads } from '../uploads/uploads.ts';
import { formatFileName } from './file-name.ts';
import type { MovieRelay } from './movie-relay.ts';
import { findVideoRow, listVideoRows } from './video-rows.ts';
import type { VideoQuery, VideoRow } from './video-rows.ts';

export interface FilesOptions {
  db: Db;
  clock: Clock;
  store: ObjectStore;
  uploads: Pick<Uploads, 'discard'>;
  sessions: Pick<Sessions, 'status' | 'changed'>;
  devices: Pick<Devices, 'bumpRev' | 'publishDesired'>;
  relay: MovieRelay;
}

export interface Files {
  list(caller: Caller, query: VideoQuery): Promise<{ items: Video[]; nextCursor: string | null }>;
  /** A link of limited life. `not_ready` with state and seconds to go, `gone` where it was deleted. */
  link(sessionId: string, disposition: 'inline' | 'attachment'): Promise<string>;
  /** The movie itself, as long as `mayGoOn` says so and it is not deleted; throws as `link` does. */
  relay(
    request: Request,
    what: { sessionId: string; disposition: 'inline' | 'attachment' },
    mayGoOn: () => Promise<boolean>,
  ): Promise<Response>;
  /** Throws as `link` does where there is nothing to share. */
  requireReady(sessionId: string): Promise<void>;
  /** What a link to this video says of it; throws as `link` does. */
  describeShared(sessionId: string): Promise<Omit<SharedVideo, 'download' | 'expiresAt'>>;
  /** Store, library and device forget it. Repeating it changes nothing. `conflict` while it is being recorded. */
  delete(sessionId: string): Promise<void>;
  /** Finishes deletions that a crash cut short. */
  sweep(): Promise<void>;
}

/** Long enough to begin and to resume a download. */
const ATTACHMENT_LINK_SECONDS = 60 * 60;
/** Used at once, by the portal itself. */
const RELAY_LINK_SECONDS = 60;
/** A player asks the link itself for each seek, so it outlives the longest match being watched. */
const INLINE_LINK_SECONDS = 6 * 60 * 60;

export function createFiles(options: FilesOptions): Files {
  const { db, clock, store, uploads, sessions, devices, relay } = options;

  const getReadyRow = async (sessionId: string): Promise<ReadyRow> => {
    const row = await getVideoRow(db, sessionId);
    if (row.movie_state === 'deleted') throw new AppError('gone', 'this video has been deleted');
    if (isReady(row)) return row;
    const { etaSeconds } = await sessions.status(sessionId);
    throw new AppError('not_ready', 'this video is not ready yet', {
      details: { state: row.movie_state, etaSeconds },
    });
  };

  const sign = (row: ReadyRow, disposition: 'inline' | 'attachment', expiresInSeconds: number) =>
    store.signGet({
      key: row.object_key,
      fileName: formatFileName({ ...row, recordedAt: recordedAt(row) }),
      ...{ disposition, expiresInSeconds },
    });

  /** Repeatable: the key goes last, so that a sweep finds what was cut short. */
  const eraseObject = async (sessionId: string, key: string | null): Promise<void> => {
    await uploads.discard(sessionId);
    if (key === null) return;
    await store.delete(key);
    await db.updateTable('match_session').set({ object_key: null }).where('id', '=', sessionId).execute();
  };

  /** The device learns of it by its desired document, however late it comes back. */
  const markDeleted = async ({ id, device_id: deviceId }: VideoRow): Promise<void> => {
    await db.transaction().execute(async (trx) => {
      const deleted = { movie_state: 'deleted', deleted_at: clock.nowMs() } as const;
      await trx.updateTable('match_session').set(deleted).where('id', '=', id).execute();
      await devices.bumpRev(trx, deviceId);
    });
    await devices.publishDesired(deviceId);
    sessions.changed(id);
  };

  return {
    async list(caller, query) {
      const { rows, nextCursor } = await listVideoRows(db, query);
      return { items: rows.map((row) => formatVideo(row, caller)), nextCursor };
    },
    async link(sessionId, disposition) {
      const expiresInSeconds = disposition === 'inline' ? INLINE_LINK_SECONDS : ATTACHMENT_LINK_SECONDS;
      return sign(await getReadyRow(sessionId), disposition, expiresInSeconds);
    },
    async relay(request, { sessionId, disposition }, mayGoOn) {
      const link = await sign(await getReadyRow(sessionId), disposition, RELAY_LINK_SECONDS);
      return relay.send(request, link, async () => {
        await getReadyRow(sessionId);
        return mayGoOn();
      });
    },
    async requireReady(sessionId) {
      await getReadyRow(sessionId);
    },
    async describeShared(sessionId) {
      return formatShared(await getReadyRow(sessionId));
    },
    async delete(sessionId) {
      const row = await getVideoRow(db, sessionId);
      if (row.movie_state === 'none') throw new AppError('not_found', 'this session has no video');
      if (row.movie_state === 'recording') {
        throw new AppError('conflict', 'this match is being recorded: stop it first');
      }
      if (row.movie_state !== 'deleted') await markDeleted(row);
      await eraseObject(sessionId, row.object_key);
    },
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
    },
  };
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

function recordedAt(row: VideoRow): number {
  return row.started_at ?? row.start_requested_at ?? row.opened_at;
}

function formatShared(row: VideoRow): Omit<SharedVideo, 'download' | 'expiresAt'> {
  return {
    courtName: row.courtName,
    clubName: row.clubName,
    timeZone: row.timeZone,
    recordedAt: new Date(recordedAt(row)).toISOString(),
    durationSeconds: (row.movie_duration_ms ?? 0) / 1000,
    bytes: row.movie_bytes ?? 0,
    width: row.movie_width ?? 0,
    height: row.movie_height ?? 0,
  };
}

function formatVideo(row: VideoRow, caller: Caller): Video {
  const object = {
    kind: 'session',
    clubId: row.club_id,
    ownerId: row.owner_id,
    participantIds: [],
  } as const;
  return {
    sessionId: row.id,
    clubId: row.club_id,
    clubName: row.clubName,
    courtId: row.court_id,
    courtName: row.courtName,
    ownerId: row.owner_id,
    ownerName: row.ownerName,
    recordedAt: new Date(recordedAt(row)).toISOString(),
    durationSeconds: (row.movie_duration_ms ?? row.elapsed_ms) / 1000,
    bytes: row.movie_bytes ?? row.bytes,
    width: row.movie_width ?? 0,
    height: row.movie_height ?? 0,
    movie: row.movie_state,
    canDelete: row.movie_state !== 'recording' && decide(caller, 'video.delete', object) === 'allow',
  };
}
