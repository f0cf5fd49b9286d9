/** The caller behind a login that still stands, role and clubs read afresh; and when it was last used. */
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import type { Caller } from './caller.ts';

export interface LoginQuery {
  authSessionId: string;
  userId: string;
  /** Whether a super administrator may be somebody else by it: in a browser, not by a program's token. */
  isBrowser: boolean;
}

/** A login's last use is written down so often at most. */
const USE_STEP_MS = 5 * 60_000;

export async function findLogin(db: Db, clock: Clock, query: LoginQuery): Promise<Caller | undefined> {
  const { authSessionId, userId, isBrowser } = query;
  const row = await db
    .selectFrom('session')
    .innerJoin('user', 'user.id', 'session.userId')
    .leftJoin('login_use', 'login_use.login_id', 'session.id')
    .leftJoin('impersonation', 'impersonation.login_id', 'session.id')
    .select(['user.email', 'user.name', 'user.role', 'session.expiresAt', 'login_use.seen_at'])
    .select(['impersonation.user_id as seenAs', 'impersonation.ends_at as until'])
    .where('session.id', '=', authSessionId)
    .where('user.id', '=', userId)
    .executeTakeFirst();
  const nowMs = clock.nowMs();
  if (row === undefined || Date.parse(row.expiresAt) <= nowMs) return undefined;
  if ((row.seen_at ?? 0) < nowMs - USE_STEP_MS) await noteUse(db, authSessionId, nowMs);
  const { email, name, role, seenAs, until } = row;
  const self = { userId, email, name, role, authSessionId };
  if (isBrowser && seenAs !== null && until !== null && until > nowMs && role === 'SUPER_ADMIN') {
    const other = await findSeenAs(db, seenAs);
    if (other !== undefined) {
      const impersonator = { userId, name, until };
      return { ...other, authSessionId, impersonator, clubIds: await listClubs(db, other.userId) };
    }
  }
  return { ...self, clubIds: await listClubs(db, userId) };
}

async function listClubs(db: Db, userId: string): Promise<string[]> {
  const clubs = await db
    .selectFrom('club_member')
    .select('club_id')
    .where('user_id', '=', userId)
    .orderBy('club_id')
    .execute();
  return clubs.map((club) => club.club_id);
}

/** Undefined for a super administrator, who may have become one meanwhile. */
function findSeenAs(
  db: Db,
  userId: string,
): Promise<Pick<Caller, 'userId' | 'email' | 'name' | 'role'> | undefined> {
  return db
    .selectFrom('user')
    .select(['id as userId', 'email', 'name', 'role'])
    .where('id', '=', userId)
    .where('role', '!=', 'SUPER_ADMIN')
    .executeTakeFirst();
}

/** A login that ends at this moment is not noted any more. */
async function noteUse(db: Db, loginId: string, nowMs: number): Promise<void> {
  await db
    .insertInto('login_use')
    .columns(['login_id', 'seen_at'])
    .expression((eb) =>
      eb
        .selectFrom('session')
        .select(['session.id', eb.val(nowMs).as('seen_at')])
        .where('session.id', '=', loginId),
    )
    .onConflict((conflict) => conflict.column('login_id').doUpdateSet({ seen_at: nowMs }))
    .execute();
}
