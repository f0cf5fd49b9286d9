/** The first administrator: made at a start that finds none, from the settings, never with a default password. */
import type { Db } from '../db/database.ts';
import type { Logger } from '../log.ts';
import type { Accounts } from './accounts.ts';

export interface FirstAdminOptions {
  db: Db;
  auth: Accounts;
  log: Logger;
  firstAdmin: { email: string; password: string } | undefined;
}

export async function ensureFirstAdmin({ db, auth, log, firstAdmin }: FirstAdminOptions): Promise<void> {
  const found = await db.selectFrom('user').select('id').where('role', '=', 'SUPER_ADMIN').executeTakeFirst();
  if (found !== undefined) return;
  if (firstAdmin === undefined) {
    log.warn(
      'there is no administrator yet: set PADELVAR_ADMIN_EMAIL and PADELVAR_ADMIN_PASSWORD and start again',
    );
    return;
  }
  await auth.createUser({ ...firstAdmin, name: 'Administrator', role: 'SUPER_ADMIN' });
  log.info({ email: firstAdmin.email }, 'made the first administrator');
}
