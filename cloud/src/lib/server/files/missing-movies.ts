/**
 * Movies that the library lists and the store has no more. Found where somebody could not play or save one, and by the
 * nightly comparison: what plays is not asked about first. Owns the column `missing_at`; a movie that is put back is found too.
 */
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import type { Logger } from '../log.ts';
import type { ObjectStore } from '../storage/object-store.ts';

export interface StoredMovie {
  id: string;
  object_key: string;
  missing_at: number | null;
}

export interface MissingMovies {
  /** Looks for one now; answers since when it is missing (Unix milliseconds). Throws what the store throws. */
  look(movie: StoredMovie): Promise<number | null>;
  /** After a look at all of them: these are missing, and no other is. */
  settle(missing: readonly { sessionId: string; key: string }[]): Promise<void>;
}

export interface MissingMoviesOptions {
  db: Db;
  clock: Pick<Clock, 'nowMs'>;
  log: Logger;
  store: Pick<ObjectStore, 'head'>;
}

export function createMissingMovies({ db, clock, log, store }: MissingMoviesOptions): MissingMovies {
  const note = async (sessionId: string, key: string): Promise<number> => {
    const at = clock.nowMs();
    const marked = await db
      .updateTable('match_session')
      .set({ missing_at: at })
      .where('id', '=', sessionId)
      .where('object_key', '=', key)
      .where('movie_state', '=', 'ready')
      .where('missing_at', 'is', null)
      .returning('id')
      .executeTakeFirst();
    if (marked !== undefined) log.error({ sessionId, key }, 'the store has a video no more');
    return at;
  };
  const clear = async (sessionId: string): Promise<void> => {
    await db.updateTable('match_session').set({ missing_at: null }).where('id', '=', sessionId).execute();
    log.info({ sessionId }, 'a video that was missing is in the store again');
  };
  return {
    async look({ id, object_key: key, missing_at: since }) {
      const isThere = (await store.head(key)) !== undefined;
      if (!isThere) return since ?? (await note(id, key));
      if (since !== null) await clear(id);
      return null;
    },
    async settle(missing) {
      for (const { sessionId, key } of missing) await note(sessionId, key);
      const keys = new Set(missing.map(({ key }) => key));
      for (const { id, object_key: key } of await listMarked(db))
        if (key !== null && !keys.has(key)) await clear(id);
    },
  };
}

async function listMarked(db: Db) {
  return db
    .selectFrom('match_session')
    .select(['id', 'object_key'])
    .where('missing_at', 'is not', null)
    .where('movie_state', '=', 'ready')
    .execute();
}
