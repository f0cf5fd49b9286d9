/** Who deleted a video; and indexes in which each list of videos finds its order, however many there are. */
import { sql, type Kysely } from 'kysely';

export async function createLibrary(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('match_session').addColumn('deleted_by', 'text').execute();
  // Partial indexes over what the library shows: SQLite and PostgreSQL alike.
  for (const [name, column] of [
    ['video_newest', ''],
    ['video_club', 'club_id, '],
    ['video_court', 'court_id, '],
    ['video_owner', 'owner_id, '],
  ]) {
    await sql`
      create index ${sql.raw(name ?? '')} on match_session (${sql.raw(column ?? '')}opened_at desc, id desc)
      where movie_state not in ('none', 'deleted')
    `.execute(db);
  }
}
