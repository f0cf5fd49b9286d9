/** The caller behind a login that still stands, role and clubs read afresh. */
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import type { Caller } from './caller.ts';

export async function findLogin(
  db: Db,
  clock: Clock,
  authSessionId: string,
  userId: string,
): Promise<Caller | undefined> {
  const row = await db
    .selectFrom('session')
    .innerJoin('user', 'user.id', 'session.userId')
    .select(['user.email', 'user.name', 'user.role', 'session.expiresAt'])
    .where('session.id', '=', authSessionId)
    .where('user.id', '=', userId)
    .executeTakeFirst();
  if (row === undefined || Date.parse(row.expiresAt) <= clock.nowMs()) return undefined;
  const clubs = await db
    .selectFrom('club_member')
    .select('club_id')
    .where('user_id', '=', userId)
    .orderBy('club_id')
    .execute();
  const { email, name, role } = row;
  return { userId, email, name, role, clubIds: clubs.map((club) => club.club_id), authSessionId };
}
