/** Uploads and ready movies as rows. */
import type { UploadCompleteRequest } from '@padelvar/shared/edge-api';
import type { Selectable } from 'kysely';
import type { Db } from '../db/database.ts';
import type { UploadTable } from '../db/tables.ts';
import { transact } from '../db/transact.ts';

export type UploadRow = Selectable<UploadTable>;

export function findUpload(db: Db, sessionId: string): Promise<UploadRow | undefined> {
  return db.selectFrom('upload').selectAll().where('session_id', '=', sessionId).executeTakeFirst();
}

/** Answers whether the video was deleted meanwhile. */
export function saveReady(
  db: Db,
  row: UploadRow,
  { movie }: UploadCompleteRequest,
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
