/**
 * The end of videos, in store, library and device, with a receipt. What lies in the store goes piece by piece and may be
 * cut short: the rows that name it go last, and a sweep takes it up.
 */
import { AppError } from '@padelvar/shared/errors';
import type { DeletionReceipt } from '@padelvar/shared/portal-api';
import type { Caller } from '../auth/caller.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import { transact } from '../db/transact.ts';
import type { Devices } from '../devices/devices.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { FurtherMovies } from '../uploads/further-movies.ts';
import type { Uploads } from '../uploads/uploads.ts';
import type { ClipCopies } from './clip-copies.ts';
import { loadReceipt } from './deletion-receipt.ts';
import { getVideoRow } from './video-rows.ts';
import type { VideoRow } from './video-rows.ts';

export interface Deletions {
  /**
   * Store, library and device forget it and all its clips, those that outlived it too. Repeating it changes nothing.
   * `conflict` while it is being recorded.
   */
  delete(sessionId: string, by: Pick<Caller, 'userId'>): Promise<DeletionReceipt>;
  /**
   * The same for a video whose time is over, but clips that are kept stay: they must have objects of their own by then, or
   * it throws `conflict` and changes nothing.
   */
  expire(sessionId: string): Promise<DeletionReceipt>;
  /** What was deleted, and which copies are gone by now; `not_found` where nothing was. */
  receipt(sessionId: string): Promise<DeletionReceipt>;
  /** Finishes deletions that a crash cut short. */
  sweep(): Promise<void>;
}

export interface DeletionsOptions {
  db: Db;
  clock: Clock;
  store: ObjectStore;
  uploads: Pick<Uploads, 'discard'>;
  furtherMovies: Pick<FurtherMovies, 'erase' | 'listLeft'>;
  clipCopies: Pick<ClipCopies, 'eraseLeft' | 'listLeft'>;
  sessions: Pick<Sessions, 'changed'>;
  devices: Pick<Devices, 'bumpRev' | 'publishDesired'>;
}

export function createDeletions(options: DeletionsOptions): Deletions {
  const { db, clock, store, uploads, furtherMovies, clipCopies, sessions, devices } = options;

  /** Repeatable: the key goes last, so that a sweep finds what was cut short. */
  const eraseObject = async (sessionId: string, key: string | null): Promise<void> => {
    await clipCopies.eraseLeft(sessionId);
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
      if (userId === null) await requireCopies(trx, id);
      await trx.updateTable('match_session').set(deleted).where('id', '=', id).execute();
      await deleteClips(trx, id, userId === null ? 'not kept' : 'all');
      await devices.bumpRev(trx, deviceId);
    });
    await devices.publishDesired(deviceId);
    sessions.changed(id);
  };

  const getDeletable = async (sessionId: string): Promise<VideoRow> => {
    const row = await getVideoRow(db, sessionId);
    if (row.movie_state === 'none') throw new AppError('not_found', 'this session has no video');
    if (row.movie_state !== 'recording') return row;
    throw new AppError('conflict', 'this match is being recorded: stop it first', {
      fault: 'still_recording',
    });
  };

  return {
    async delete(sessionId, by) {
      const row = await getDeletable(sessionId);
      if (row.movie_state !== 'deleted') await markDeleted(row, by.userId);
      else await deleteClips(db, sessionId, 'all');
      await eraseObject(sessionId, row.object_key);
      return loadReceipt(db, sessionId);
    },
    async expire(sessionId) {
      const row = await getDeletable(sessionId);
      if (row.movie_state !== 'deleted') await markDeleted(row, null);
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
      for (const sessionId of await clipCopies.listLeft()) await clipCopies.eraseLeft(sessionId);
    },
  };
}

/** Each clip that is kept must be able to do without its match. */
async function requireCopies(db: Db, sessionId: string): Promise<void> {
  const missing = await db
    .selectFrom('clip')
    .leftJoin('clip_copy', (join) =>
      join.onRef('clip_copy.clip_id', '=', 'clip.id').on('clip_copy.state', '=', 'complete'),
    )
    .select('clip.id')
    .where('clip.session_id', '=', sessionId)
    .where('clip.kept', '=', 1)
    .where('clip_copy.clip_id', 'is', null)
    .executeTakeFirst();
  if (missing === undefined) return;
  throw new AppError('conflict', 'expected each kept clip in an object of its own; found one without');
}

async function deleteClips(db: Db, sessionId: string, which: 'all' | 'not kept'): Promise<void> {
  const query = db.deleteFrom('clip').where('session_id', '=', sessionId);
  await (which === 'all' ? query : query.where('kept', '=', 0)).execute();
}
