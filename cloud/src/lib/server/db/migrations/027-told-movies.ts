/** What a device has told of the movie whose upload it completed: with it the portal finishes what a crash cut short. */
import type { Kysely } from 'kysely';

export async function addToldMovies(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('upload').addColumn('told', 'text').execute();
}
