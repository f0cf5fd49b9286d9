/** Requests to an open session's owner: to be let in, or to make room for the next group. */
import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Db } from '../db/database.ts';
import type { MatchRequestTable } from '../db/tables.ts';
import { transact } from '../db/transact.ts';

export type RequestRow = Selectable<MatchRequestTable>;

/** What this user has asked of the session; nobody asks twice. */
export function findJoinRequest(db: Db, sessionId: string, userId: string): Promise<RequestRow | undefined> {
  return db
    .selectFrom('match_request')
    .selectAll()
    .where('session_id', '=', sessionId)
    .where('kind', '=', 'join')
    .where('user_id', '=', userId)
    .executeTakeFirst();
}

/** The next group's request: one for all of them, and one in the life of a session. */
export function findCourtRequest(db: Db, sessionId: string): Promise<RequestRow | undefined> {
  return db
    .selectFrom('match_request')
    .selectAll()
    .where('session_id', '=', sessionId)
    .where('kind', '=', 'court')
    .executeTakeFirst();
}

/** Answers whether it is new. */
export async function addRequest(
  db: Db,
  request: { sessionId: string; kind: 'join' | 'court'; userId: string | null; nowMs: number },
): Promise<boolean> {
  const { sessionId, kind, userId, nowMs } = request;
  return transact(db, async (trx) => {
    const known =
      userId === null
        ? await findCourtRequest(trx, sessionId)
        : await findJoinRequest(trx, sessionId, userId);
    if (known !== undefined) return false;
    await trx
      .insertInto('match_request')
      .values({
        id: randomUUID(),
        session_id: sessionId,
        kind,
        user_id: userId,
        state: 'open',
        created_at: nowMs,
      })
      .execute();
    return true;
  });
}
