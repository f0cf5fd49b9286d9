/** Rows that have outlived their use. */
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';

/** How long a repeated `Idempotency-Key` finds its session. */
export const IDEMPOTENCY_MS = 24 * 60 * 60_000;

/** Forgets old idempotency keys, ended logins and expired enrolment tokens. */
export async function sweepRows(db: Db, clock: Clock): Promise<void> {
  const nowMs = clock.nowMs();
  await db
    .deleteFrom('idempotency')
    .where('created_at', '<', nowMs - IDEMPOTENCY_MS)
    .execute();
  await db.deleteFrom('session').where('expiresAt', '<', new Date(nowMs).toISOString()).execute();
  await db
    .deleteFrom('device_enrollment')
    .where('expires_at', '<', nowMs)
    .where('device_id', 'is', null)
    .execute();
}
