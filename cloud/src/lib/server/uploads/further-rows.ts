/** Movies beside a match as rows. */
import type { FurtherMovieFacts } from '@padelvar/shared/edge-api';
import type { Selectable } from 'kysely';
import type { Db } from '../db/database.ts';
import type { FurtherMovieTable } from '../db/tables.ts';
import { transact } from '../db/transact.ts';

/** Which movie of a match; the match itself is number 1 and no further one. */
export interface FurtherRef {
  sessionId: string;
  number: number;
}

export type FurtherRow = Selectable<FurtherMovieTable>;

export function findFurtherRow(db: Db, { sessionId, number }: FurtherRef): Promise<FurtherRow | undefined> {
  return selectRows(db).where('session_id', '=', sessionId).where('number', '=', number).executeTakeFirst();
}

/** In their order. */
export function listFurtherRows(db: Db, sessionIds: readonly string[]): Promise<FurtherRow[]> {
  if (sessionIds.length === 0) return Promise.resolve([]);
  return selectRows(db)
    .where('session_id', 'in', [...sessionIds])
    .orderBy('number')
    .execute();
}

export function planFurtherRow(
  { sessionId, number }: FurtherRef,
  movie: FurtherMovieFacts,
  upload: Pick<FurtherRow, 'upload_id' | 'object_key' | 'created_at'>,
): FurtherRow {
  const { fromMs, durationMs, reason, bytes, frames, codec, width, height } = movie;
  const facts = { from_ms: fromMs, duration_ms: durationMs, reason, bytes, frames, codec, width, height };
  return { session_id: sessionId, number, ...upload, state: 'open', ...facts };
}

export async function saveFurtherRow(db: Db, row: FurtherRow): Promise<void> {
  await db
    .insertInto('further_movie')
    .values(row)
    .onConflict((conflict) => conflict.columns(['session_id', 'number']).doUpdateSet(row))
    .execute();
}

export async function setFurtherState(
  db: Db,
  { session_id, number }: Pick<FurtherRow, 'session_id' | 'number'>,
  values: Partial<Pick<FurtherRow, 'state' | 'bytes'>>,
): Promise<void> {
  await db
    .updateTable('further_movie')
    .set(values)
    .where('session_id', '=', session_id)
    .where('number', '=', number)
    .execute();
}

/** Answers whether the video was deleted meanwhile; then it is not ready. */
export function saveFurtherReady(db: Db, row: FurtherRow, bytes: number): Promise<boolean> {
  return transact(db, async (trx) => {
    const session = await trx
      .selectFrom('match_session')
      .select('movie_state')
      .where('id', '=', row.session_id)
      .executeTakeFirst();
    const isDeleted = session === undefined || session.movie_state === 'deleted';
    await setFurtherState(trx, row, isDeleted ? { state: 'erased' } : { state: 'complete', bytes });
    return isDeleted;
  });
}

/** Of deleted videos, with something of them still in the store. */
export async function listLeftFurther(db: Db): Promise<string[]> {
  const rows = await db
    .selectFrom('further_movie')
    .innerJoin('match_session', 'match_session.id', 'further_movie.session_id')
    .select('further_movie.session_id')
    .distinct()
    .where('match_session.movie_state', '=', 'deleted')
    .where('further_movie.state', 'in', ['open', 'complete'])
    .execute();
  return rows.map((row) => row.session_id);
}

function selectRows(db: Db) {
  return db.selectFrom('further_movie').selectAll();
}
