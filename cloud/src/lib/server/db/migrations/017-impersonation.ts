/** Logins of super administrators that show the portal as somebody else sees it, until the given instant. */
import type { Kysely } from 'kysely';
import { INSTANT } from '../column-types.ts';

export async function createImpersonation(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('impersonation')
    .addColumn('login_id', 'text', (column) =>
      column.primaryKey().references('session.id').onDelete('cascade'),
    )
    .addColumn('user_id', 'text', (column) => column.notNull().references('user.id').onDelete('cascade'))
    .addColumn('ends_at', INSTANT, (column) => column.notNull())
    .execute();
}
