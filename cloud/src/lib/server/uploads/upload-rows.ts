/** Uploads and ready movies as rows. */
import { UploadCompleteRequest } from '@padelvar/shared/edge-api';
import type { Selectable } from 'kysely';
import type { z } from 'zod';
import type { Db } from '../db/database.ts';
import type { UploadTable } from '../db/tables.ts';
import { transact } from '../db/transact.ts';

export type UploadRow = Selectable<UploadTable>;

export function findUpload(db: Db, sessionId: string): Promise<UploadRow | undefined> {
  return db.selectFrom('upload').selectAll().where('session_id', '=', sessionId).executeTakeFirst();
}

/** What a device tells of the movie that it has sent. */
export const ToldMovie = UploadCompleteRequest.pick({ totalBytes: true, movie: true });
export type ToldMovie = z.infer<typeof ToldMovie>;

/** Before the store completes it: whatever stops us then, what the movie is stays known. */
export async function saveTold(db: Db, row: UploadRow, { totalBytes, movie }: ToldMovie): Promise<void> {
  await db
    .updateTable('upload')
    .set({ told: JSON.stringify({ totalBytes, movie }) })
    .where('upload_id', '=', row.upload_id)
    .execute();
}

/** Undefined where nothing was told of this upload. */
export function toldOf({ told }: UploadRow): ToldMovie | undefined {
  return told === null ? undefined : ToldMovie.parse(JSON.parse(told));
}

/** Open uploads that were to be completed, or have been open since before then. */
export async function listUnsettled(db: Db, beforeMs: number): Promise<string[]> {
  const rows = await db
    .selectFrom('upload')
    .select('session_id')
    .where('state', '=', 'open')
    .where((eb) => eb.or([eb('told', 'is not', null), eb('created_at', '<', beforeMs)]))
    .execute();
  return rows.map((row) => row.session_id);
}

/** Answers whether the video was deleted meanwhile. */
export function saveReady(
  db: Db,
  row: UploadRow,
  { movie }: Pick<ToldMovie, 'movie'>,
  bytes: number,
  nowMs: number,
): Promise<boolean> {
  return transact(db, async (trx) => {
    await trx
      .updateTable('upload')
      .set({ state: 'complete' })
      .where('session_id', '=', row.session_id)
      .execute();
    const { numUpdatedRows } = await trx
      .updateTable('match_session')
      .set({
        movie_state: 'ready',
        movie_bytes: bytes,
        movie_duration_ms: movie.durationMs,
        movie_frames: movie.frames,
        movie_codec: movie.codec,
        movie_width: movie.width,
        movie_height: movie.height,
        object_key: row.object_key,
        uploaded_bytes: bytes,
        ready_at: nowMs,
      })
      .where('id', '=', row.session_id)
      .where('movie_state', '!=', 'deleted')
      .executeTakeFirst();
    return numUpdatedRows === 0n;
  });
}
