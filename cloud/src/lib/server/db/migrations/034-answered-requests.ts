/** When an owner answered a request: the next group may ask again some time after a no. */
import type { Kysely } from 'kysely';

export async function addRequestAnswers(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('match_request').addColumn('answered_at', 'bigint').execute();
}
