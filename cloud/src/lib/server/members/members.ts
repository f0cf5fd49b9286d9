/** Who belongs to a club: the list, and taking somebody out of it. Their matches stay theirs. */
import { AppError } from '@padelvar/shared/errors';
import type { Member } from '@padelvar/shared/club-api';
import type { Audit } from '../audit/audit.ts';
import type { Caller } from '../auth/caller.ts';
import { ByName, parseKeys, planPage, type Page, type PageRequest } from '../db/cursor.ts';
import type { Db } from '../db/database.ts';
import { transact } from '../db/transact.ts';
import { endAdministration } from './end-administration.ts';

export interface Members {
  /** By name. */
  list(clubId: string, page: PageRequest): Promise<Page<Member>>;
  /** Throws `not_found` where the user is no member, `conflict` for oneself. */
  remove(caller: Caller, clubId: string, userId: string): Promise<void>;
}

export function createMembers({ db, audit }: { db: Db; audit: Audit }): Members {
  return {
    async list(clubId, { cursor, limit }) {
      const after = parseKeys(cursor, ByName);
      let query = db
        .selectFrom('club_member')
        .innerJoin('user', 'user.id', 'club_member.user_id')
        .select(['user.id', 'user.name', 'user.email', 'user.role'])
        .where('club_member.club_id', '=', clubId)
        .orderBy('user.name')
        .orderBy('user.id');
      if (after !== undefined) {
        query = query.where((eb) => eb(eb.refTuple('user.name', 'user.id'), '>', eb.tuple(...after)));
      }
      const found = await query.limit(limit + 1).execute();
      const { rows, nextCursor } = planPage(found, limit, (row) => [row.name, row.id]);
      return { items: rows.map(({ id, ...row }) => ({ userId: id, ...row })), nextCursor };
    },
    async remove(caller, clubId, userId) {
      if (userId === caller.userId) {
        throw new AppError('conflict', 'expected somebody else: nobody takes themselves out of a club', {
          fault: 'not_oneself',
        });
      }
      await transact(db, async (trx) => {
        const removed = await trx
          .deleteFrom('club_member')
          .where('club_id', '=', clubId)
          .where('user_id', '=', userId)
          .returning('user_id')
          .executeTakeFirst();
        if (removed === undefined) {
          throw new AppError('not_found', 'expected the id of a member of this club; found no such member');
        }
        await endAdministration(trx, [userId]);
      });
      await audit.record(caller, 'member.remove', clubId, { userId });
    },
  };
}
