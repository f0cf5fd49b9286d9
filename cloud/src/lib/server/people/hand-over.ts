/**
 * Gives a match to another person: somebody's whose phone died, a guest's whom nobody knows, or one that was planned for
 * others. Running or over, it stays the same match: links, clips and participants stay with it.
 */
import { AppError } from '@padelvar/shared/errors';
import type { Transaction } from 'kysely';
import type { Db } from '../db/database.ts';
import type { Tables } from '../db/tables.ts';
import { transact } from '../db/transact.ts';
import { admitOwner } from '../sessions/admit-owner.ts';

/** Anybody with an account, of the club or not: players bring friends. Support owns no match. */
export async function getRecipient(
  db: Db,
  email: string,
  isProved: (email: string) => Promise<boolean>,
): Promise<{ userId: string; name: string }> {
  const user = await db
    .selectFrom('user')
    .select(['id as userId', 'name', 'role'])
    .where('email', '=', email.toLowerCase())
    .executeTakeFirst();
  if (user === undefined || user.role === 'SUPPORT') {
    throw new AppError('bad_request', 'expected the address of a player’s account; found no such account', {
      field: 'email',
    });
  }
  // Who registered with somebody's address is not yet them.
  if (!(await isProved(email))) {
    throw new AppError('conflict', 'expected an account whose address is confirmed; this one’s is not', {
      field: 'email',
      fault: 'email_unconfirmed',
    });
  }
  return { userId: user.userId, name: user.name };
}

/** Answers the former owner. Throws `not_found`, and `gone` for a match that was deleted. */
export function handOver(db: Db, sessionId: string, ownerId: string): Promise<string> {
  return transact(db, async (trx) => {
    const session = await trx
      .selectFrom('match_session')
      .select(['owner_id', 'club_id', 'movie_state'])
      .where('id', '=', sessionId)
      .executeTakeFirst();
    if (session === undefined) throw new AppError('not_found', 'expected the id of a session; found none');
    if (session.movie_state === 'deleted') throw new AppError('gone', 'this video has been deleted');
    const { owner_id: formerId, club_id: clubId } = session;
    if (formerId === ownerId) return formerId;
    await trx.updateTable('match_session').set({ owner_id: ownerId }).where('id', '=', sessionId).execute();
    await endFormerRights(trx, sessionId);
    await admitOwner(trx, [sessionId], ownerId);
    if (await isPlayer(trx, formerId, clubId)) {
      await trx
        .insertInto('session_participant')
        .values({ session_id: sessionId, user_id: formerId })
        .onConflict((conflict) => conflict.columns(['session_id', 'user_id']).doNothing())
        .execute();
    }
    return formerId;
  });
}

/** The code on the former owner's phone lets nobody in any more, and their key to this opening finds nothing. */
async function endFormerRights(trx: Transaction<Tables>, sessionId: string): Promise<void> {
  await trx.deleteFrom('match_code').where('session_id', '=', sessionId).execute();
  await trx.deleteFrom('idempotency').where('session_id', '=', sessionId).execute();
}

/** They go on taking part in what they began. Guests have no account to do so, the club's administrators no need. */
async function isPlayer(trx: Transaction<Tables>, userId: string, clubId: string): Promise<boolean> {
  const user = await trx.selectFrom('user').select('role').where('id', '=', userId).executeTakeFirst();
  if (user?.role !== 'CLUB_ADMIN') return user?.role === 'PLAYER';
  const membership = await trx
    .selectFrom('club_member')
    .select('club_id')
    .where('club_id', '=', clubId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return membership === undefined;
}
