/** A match has another owner: whoever owns it neither takes part in it nor waits to be let in. */
import type { Db } from '../db/database.ts';

/** In the transaction that changes the owner. */
export async function admitOwner(trx: Db, sessionIds: readonly string[], ownerId: string): Promise<void> {
  await trx
    .deleteFrom('session_participant')
    .where('session_id', 'in', sessionIds)
    .where('user_id', '=', ownerId)
    .execute();
  await trx
    .updateTable('match_request')
    .set({ state: 'accepted' })
    .where('session_id', 'in', sessionIds)
    .where('user_id', '=', ownerId)
    .where('state', '=', 'open')
    .execute();
}
