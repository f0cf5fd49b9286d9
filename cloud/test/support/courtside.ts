/** What stands beside the court in the world of the permission table: codes, a guest, somebody who asks to be let in. */
import { createHash } from 'node:crypto';
import { GUEST_COOKIE } from '../../src/lib/server/auth/guests.ts';
import type { Db } from '../../src/lib/server/db/database.ts';
import { SEEDED_AT, seedSession, WITH_MOVIE } from './seed.ts';
import { DEVICE, OPEN_SESSION } from './world.ts';

/** Of the courts n3, which is free, and n1, on which OPEN_SESSION is. */
export const COURT_CODE = 'n3n3n3n3n3n3n3n3';
export const OPEN_COURT_CODE = 'n1n1n1n1n1n1n1n1';
export const MATCH_CODE = 'matchmatch12';
export const REQUEST_ID = '00000000-0000-4000-8000-000000000001';
export const GUEST_REQUEST_ID = '00000000-0000-4000-8000-000000000002';
/** What a guest of north recorded in its browser. */
export const GUEST_SESSION = 'sess_north_n4_1767225600';
export const GUEST_MOVIE = 'sess_north_n5_1767225600';
const GUEST_TOKEN = 'g'.repeat(43);
export const GUEST_COOKIE_LINE = `${GUEST_COOKIE}=${GUEST_TOKEN}`;
const GUEST_ID = 'guest_000000000000000000000000';

/** `userId` asks to be let in. North takes guests. */
export async function seedCourtside(db: Db, userId: string): Promise<void> {
  await db.deleteFrom('guest').execute();
  await db.updateTable('club').set({ guests_allowed: 1 }).where('id', '=', 'north').execute();
  const codes = [
    { court_id: 'n3', code: COURT_CODE },
    { court_id: 'n1', code: OPEN_COURT_CODE },
  ];
  await db
    .insertInto('court_code')
    .values(codes.map((row) => ({ ...row, created_at: SEEDED_AT })))
    .execute();
  await db.insertInto('match_code').values({ session_id: OPEN_SESSION, code: MATCH_CODE }).execute();
  const token_hash = createHash('sha256').update(GUEST_TOKEN).digest('hex');
  const expires_at = Date.now() + 60 * 60_000;
  await db
    .insertInto('guest')
    .values({ id: GUEST_ID, token_hash, created_at: SEEDED_AT, expires_at })
    .execute();
  const where = { clubId: 'north', deviceId: DEVICE, ownerId: GUEST_ID };
  await seedSession(db, { ...where, courtId: 'n4' }, { id: GUEST_SESSION });
  await seedSession(db, { ...where, courtId: 'n5' }, { ...WITH_MOVIE, id: GUEST_MOVIE });
  const request = { kind: 'join', user_id: userId, state: 'open', created_at: SEEDED_AT } as const;
  await db
    .insertInto('match_request')
    .values([
      { ...request, id: REQUEST_ID, session_id: OPEN_SESSION },
      { ...request, id: GUEST_REQUEST_ID, session_id: GUEST_SESSION },
    ])
    .execute();
}
