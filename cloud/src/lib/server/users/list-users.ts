/** One page of users: all for staff, those of one's own clubs for their administrators. */
import type { User } from '@padelvar/shared/portal-api';
import type { Caller } from '../auth/caller.ts';
import type { Db } from '../db/database.ts';
import { formatCursor, parseCursor } from '../db/cursor.ts';

export interface Page {
  cursor?: string | undefined;
  limit: number;
}

export interface UserPage {
  items: User[];
  nextCursor: string | null;
}

export async function listUsers(db: Db, caller: Caller, { cursor, limit }: Page): Promise<UserPage> {
  const isStaff = caller.role === 'SUPER_ADMIN' || caller.role === 'SUPPORT';
  let query = db
    .selectFrom('user')
    .select(['id', 'email', 'name', 'role', 'createdAt'])
    .orderBy('email')
    .limit(limit + 1);
  if (!isStaff) {
    const members = db.selectFrom('club_member').select('user_id').where('club_id', 'in', caller.clubIds);
    query = query.where('id', 'in', members);
  }
  const after = parseCursor(cursor);
  if (after !== undefined) query = query.where('email', '>', after);
  const rows = await query.execute();
  const shown = rows.slice(0, limit);
  const clubs = await clubsOf(
    db,
    shown.map((row) => row.id),
  );
  const canSee = (clubId: string): boolean => isStaff || caller.clubIds.includes(clubId);
  return {
    items: shown.map(({ id, ...row }) => ({
      userId: id,
      ...row,
      clubIds: (clubs.get(id) ?? []).filter(canSee),
    })),
    nextCursor: rows.length > limit ? formatCursor(shown.at(-1)?.email) : null,
  };
}

async function clubsOf(db: Db, userIds: string[]): Promise<Map<string, string[]>> {
  if (userIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('club_member')
    .selectAll()
    .where('user_id', 'in', userIds)
    .orderBy('club_id')
    .execute();
  const found = Map.groupBy(rows, (row) => row.user_id);
  return new Map([...found].map(([userId, own]) => [userId, own.map((row) => row.club_id)]));
}
