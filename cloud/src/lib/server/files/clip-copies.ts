/**
 * Objects of their own that kept clips have once their match has expired: rows and their end. Owns the table `clip_copy`.
 * How one is made is `clips/keep-clips.ts`. A row outlives its clip until nothing of it is left in the store.
 */
import type { Selectable } from 'kysely';
import type { Db } from '../db/database.ts';
import type { ClipCopyTable } from '../db/tables.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { createTurns } from '../uploads/turns.ts';

export type ClipCopyRow = Selectable<ClipCopyTable>;

export interface ClipCopies {
  /** Work on a match's copies, one after the other. */
  inTurn<Result>(sessionId: string, work: () => Promise<Result>): Promise<Result>;
  /** Nothing is left in the store of copies whose clip is gone or kept no more. Repeatable. */
  eraseLeft(sessionId: string): Promise<void>;
  /** Matches with something to erase. */
  listLeft(): Promise<string[]>;
}

export function createClipCopies({ db, store }: { db: Db; store: ObjectStore }): ClipCopies {
  const turns = createTurns();
  return {
    inTurn: (sessionId, work) => turns.take(sessionId, work),
    eraseLeft: (sessionId) =>
      turns.take(sessionId, async () => {
        for (const row of await listLeftCopies(db, sessionId)) await eraseCopy(db, store, row);
      }),
    async listLeft() {
      return [...new Set((await selectLeft(db).execute()).map((row) => row.session_id))];
    },
  };
}

/** Copies of that match whose clip is gone or kept no more. */
export function listLeftCopies(db: Db, sessionId: string): Promise<ClipCopyRow[]> {
  return selectLeft(db).where('clip_copy.session_id', '=', sessionId).execute();
}

/** The row goes last, so that a sweep finds what was cut short. */
export async function eraseCopy(db: Db, store: ObjectStore, row: ClipCopyRow): Promise<void> {
  if (row.state === 'open') await store.abort(row.object_key, row.upload_id);
  await store.delete(row.object_key);
  if (row.thumbnail_key !== null) await store.delete(row.thumbnail_key);
  await db
    .deleteFrom('clip_copy')
    .where('clip_id', '=', row.clip_id)
    .where('object_key', '=', row.object_key)
    .execute();
}

function selectLeft(db: Db) {
  return db
    .selectFrom('clip_copy')
    .leftJoin('clip', 'clip.id', 'clip_copy.clip_id')
    .where((eb) => eb.or([eb('clip.id', 'is', null), eb('clip.kept', '=', 0)]))
    .selectAll('clip_copy');
}
