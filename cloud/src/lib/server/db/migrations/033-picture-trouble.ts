/** What is wrong with what a session's camera shows, as its device last said. */
import type { Kysely } from 'kysely';

export async function addPictureTrouble(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('match_session').addColumn('picture', 'text').execute();
}
