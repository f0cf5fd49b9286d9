/** Requests to an open session's owner: to be let in, or to make room for the next group. */
import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Db } from '../db/database.ts';
import type { MatchRequestTable } from '../db/tables.ts';
import { transact } from '../db/transact.ts';

export type RequestRow = Selectable<MatchRequestTable>;

/** So long after a no the owner is not told of the next group again. */
const ASK_AGAIN_MS = 5 * 60_000;

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

/** The next group's request: the newest, and one for all of them. */
export function findCourtRequest(db: Db, sessionId: string): Promise<RequestRow | undefined> {
  return db
    .selectFrom('match_request')
    .selectAll()
    .where('session_id', '=', sessionId)
    .where('kind', '=', 'court')
    .orderBy('created_at', 'desc')
    .executeTakeFirst();
}

/** When the owner can be told anew of the next group, which has been said no to; null where no such no stands. */
export function findTellAgain(request: RequestRow | undefined): number | null {
  if (request?.state !== 'declined') return null;
  return (request.answered_at ?? request.created_at) + ASK_AGAIN_MS;
}

/** Answers whether it is new. */
export async function addJoinRequest(
  db: Db,
  { sessionId, userId, nowMs }: { sessionId: string; userId: string; nowMs: number },
): Promise<boolean> {
  return transact(db, async (trx) => {
    if ((await findJoinRequest(trx, sessionId, userId)) !== undefined) return false;
    await insertRequest(trx, { session_id: sessionId, kind: 'join', user_id: userId, created_at: nowMs });
    return true;
  });
}

/** One is open at a time, and none is added soon after a no. Answers whether it is new, and which stands now. */
export async function addCourtRequest(
  db: Db,
  { sessionId, nowMs }: { sessionId: string; nowMs: number },
): Promise<{ isNew: boolean; request: RequestRow }> {
  return transact(db, async (trx) => {
    const former = await findCourtRequest(trx, sessionId);
    const tellAgainAt = findTellAgain(former);
    const stands = tellAgainAt === null || nowMs < tellAgainAt;
    if (former !== undefined && stands) return { isNew: false, request: former };
    const row = { session_id: sessionId, kind: 'court', user_id: null, created_at: nowMs } as const;
    return { isNew: true, request: await insertRequest(trx, row) };
  });
}

function insertRequest(
  db: Db,
  request: Pick<RequestRow, 'session_id' | 'kind' | 'user_id' | 'created_at'>,
): Promise<RequestRow> {
  return db
    .insertInto('match_request')
    .values({ ...request, id: randomUUID(), state: 'open', answered_at: null })
    .returningAll()
    .executeTakeFirstOrThrow();
}
