/** What has outlived its use: rows, and uploads that nobody will finish. */
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import { IDEMPOTENCY_LIFE_MS } from '../sessions/open-session.ts';
import type { FurtherMovies } from '../uploads/further-movies.ts';
import type { Uploads } from '../uploads/uploads.ts';

/** Forgets old idempotency keys, ended logins, guests whose day is over and expired enrolment tokens. */
export async function sweepRows(db: Db, clock: Clock): Promise<void> {
  const nowMs = clock.nowMs();
  await db
    .deleteFrom('idempotency')
    .where('created_at', '<', nowMs - IDEMPOTENCY_LIFE_MS)
    .execute();
  await db.deleteFrom('session').where('expiresAt', '<', new Date(nowMs).toISOString()).execute();
  await db.deleteFrom('guest').where('expires_at', '<', nowMs).execute();
  await db
    .deleteFrom('device_enrollment')
    .where('expires_at', '<', nowMs)
    .where('device_id', 'is', null)
    .execute();
}

/** An upload that has not been completed after this is given up: its device is gone, or starts over when it is back. */
export const STALE_UPLOAD_MS = 30 * 24 * 60 * 60_000;

export interface SweepOptions {
  uploads: Pick<Uploads, 'settle' | 'abortUnknown'>;
  furtherMovies: Pick<FurtherMovies, 'settle'>;
}

/** Ends uploads that their devices did not end, and frees the room of those that nobody will finish. */
export async function sweepUploads({ uploads, furtherMovies }: SweepOptions): Promise<void> {
  await uploads.settle(STALE_UPLOAD_MS);
  await furtherMovies.settle(STALE_UPLOAD_MS);
  await uploads.abortUnknown(STALE_UPLOAD_MS);
}
