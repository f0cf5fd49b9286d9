/** Movies beside a match: what its camera sent after it was set to another codec, each with its own upload. */
import type { Kysely } from 'kysely';
import { INSTANT, WHOLE } from '../column-types.ts';

export async function createFurtherMovies(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('further_movie')
    .addColumn('session_id', 'text', (column) =>
      column.notNull().references('match_session.id').onDelete('cascade'),
    )
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('upload_id', 'text', (column) => column.notNull())
    .addColumn('object_key', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('created_at', INSTANT, (column) => column.notNull())
    .addColumn('from_ms', WHOLE, (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('bytes', WHOLE, (column) => column.notNull())
    .addColumn('duration_ms', WHOLE, (column) => column.notNull())
    .addColumn('frames', WHOLE, (column) => column.notNull())
    .addColumn('codec', 'text', (column) => column.notNull())
    .addColumn('width', WHOLE, (column) => column.notNull())
    .addColumn('height', WHOLE, (column) => column.notNull())
    .addPrimaryKeyConstraint('further_movie_pk', ['session_id', 'number'])
    .execute();
}
