/** How an upload ends: as a movie that is ready, or as nothing. Callers see to it that one thing is done at a time. */
import { AppError } from '@padelvar/shared/errors';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import type { Logger } from '../log.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { FirstPayloads } from './first-payload.ts';
import type { SideFiles } from './side-files.ts';
import type { SignedParts } from './signed-parts.ts';
import type { TroubleNotes } from './trouble-notes.ts';
import { findUpload, saveReady, toldOf } from './upload-rows.ts';
import type { ToldMovie, UploadRow } from './upload-rows.ts';

export interface UploadEnds {
  /** The store holds it whole. `gone` where the video was deleted meanwhile: then it holds nothing any more. */
  finish(row: UploadRow, told: ToldMovie): Promise<void>;
  /** Nothing of an open upload is left, in the store and here. None is no error. */
  giveUp(sessionId: string): Promise<void>;
  /**
   * What a device did not end: finishes it where the store holds the movie that was told, and gives it up where it was
   * begun before then. A whole object of which nothing was told waits for its device.
   */
  settle(sessionId: string, beforeMs: number): Promise<void>;
}

export interface UploadEndsOptions {
  db: Db;
  clock: Pick<Clock, 'nowMs'>;
  log: Logger;
  store: ObjectStore;
  sideFiles: Pick<SideFiles, 'erase'>;
  signedParts: Pick<SignedParts, 'forget'>;
  firstPayloads: Pick<FirstPayloads, 'drop'>;
  troubles: Pick<TroubleNotes, 'note'>;
  onReady: (sessionId: string) => void;
}

export function createUploadEnds(options: UploadEndsOptions): UploadEnds {
  const { db, clock, log, store, sideFiles, signedParts, firstPayloads, troubles, onReady } = options;

  const finish: UploadEnds['finish'] = async (row, told) => {
    const { session_id: sessionId } = row;
    const deleted = await saveReady(db, row, told, told.totalBytes, clock.nowMs());
    if (deleted) {
      await store.delete(row.object_key);
      throw new AppError('gone', 'this video has been deleted');
    }
    await firstPayloads.drop(sessionId).catch((error: unknown) => {
      log.warn({ err: error, sessionId }, 'the payload of a part 1 goes later');
    });
    await signedParts.forget(sessionId);
    await troubles.note(sessionId, null);
    log.info({ sessionId, bytes: told.totalBytes }, 'a movie is ready');
    onReady(sessionId);
  };

  /** It may have been completed by a portal that was killed before it wrote that down. */
  const giveUp: UploadEnds['giveUp'] = async (sessionId) => {
    const row = await findUpload(db, sessionId);
    await firstPayloads.drop(sessionId);
    if (row?.state !== 'open') return;
    await store.abort(row.object_key, row.upload_id);
    await store.delete(row.object_key);
    await db.updateTable('upload').set({ state: 'aborted' }).where('session_id', '=', sessionId).execute();
    await signedParts.forget(sessionId);
  };

  return {
    finish,
    giveUp,
    async settle(sessionId, beforeMs) {
      const row = await findUpload(db, sessionId);
      if (row?.state !== 'open') return;
      const [told, head] = [toldOf(row), await store.head(row.object_key)];
      if (told !== undefined && head?.bytes === told.totalBytes) return finish(row, told);
      if (row.created_at >= beforeMs || (head !== undefined && told === undefined)) return;
      await sideFiles.erase(sessionId);
      await giveUp(sessionId);
    },
  };
}
