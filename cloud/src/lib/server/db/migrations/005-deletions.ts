/** Which deleted videos their device has erased too. */
import type { Kysely } from 'kysely';

export async function createDeletions(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('match_session').addColumn('erased_at', 'bigint').execute();
}
