/** What keeps a movie from the store, noted on its session, so that whoever waits for it reads why. */
import { AppError } from '@padelvar/shared/errors';
import { storageTroubleOf } from '@padelvar/shared/storage-trouble';
import type { StorageTrouble } from '@padelvar/shared/storage-trouble';
import type { Db } from '../db/database.ts';

export interface TroubleNotes {
  /** Runs `work`; notes the trouble that it fails with. */
  watch<Answer>(sessionId: string, work: () => Promise<Answer>): Promise<Answer>;
  /** Null once the store does its work again. */
  note(sessionId: string, trouble: StorageTrouble | null): Promise<void>;
}

export function createTroubleNotes(db: Db): TroubleNotes {
  const note = async (sessionId: string, trouble: StorageTrouble | null): Promise<void> => {
    await db
      .updateTable('match_session')
      .set({ storage_trouble: trouble })
      .where('id', '=', sessionId)
      .where('storage_trouble', 'is distinct from', trouble)
      .execute();
  };
  return {
    note,
    async watch(sessionId, work) {
      try {
        return await work();
      } catch (error) {
        const trouble = error instanceof AppError ? storageTroubleOf(error.kind) : undefined;
        if (trouble !== undefined) await note(sessionId, trouble);
        throw error;
      }
    },
  };
}
