/** The objects that access is decided on, loaded with what the decision needs. */
import type { Selectable } from 'kysely';
import type { Db } from '../db/database.ts';
import type { ClubTable, CourtTable, DeviceTable, MatchSessionTable, UserTable } from '../db/tables.ts';
import type { AccessObject } from './decide.ts';

export type SessionRow = Selectable<MatchSessionTable>;
export type CourtRow = Selectable<CourtTable>;
export type ClubRow = Selectable<ClubTable>;
export type DeviceRow = Selectable<DeviceTable>;
export type UserRow = Selectable<UserTable> & { clubIds: string[] };

export interface FoundSession {
  session: SessionRow;
  object: AccessObject & { kind: 'session' };
}

export async function findSession(
  db: Db,
  sessionId: string,
  nowMs: number,
): Promise<FoundSession | undefined> {
  const session = await db
    .selectFrom('match_session')
    .selectAll()
    .where('id', '=', sessionId)
    .executeTakeFirst();
  if (session === undefined) return undefined;
  const participants = await db
    .selectFrom('session_participant')
    .select('user_id')
    .where('session_id', '=', sessionId)
    .execute();
  const participantIds = participants.map((row) => row.user_id);
  const isHidden = session.hidden_until !== null && session.hidden_until > nowMs;
  const { club_id: clubId, owner_id: ownerId } = session;
  return { session, object: { kind: 'session', clubId, ownerId, participantIds, isHidden } };
}

export async function findUser(db: Db, userId: string): Promise<UserRow | undefined> {
  const user = await db
    .selectFrom('user')
    .select(['id', 'name', 'email', 'role', 'createdAt'])
    .where('id', '=', userId)
    .executeTakeFirst();
  if (user === undefined) return undefined;
  const clubs = await db
    .selectFrom('club_member')
    .select('club_id')
    .where('user_id', '=', userId)
    .orderBy('club_id')
    .execute();
  return { ...user, clubIds: clubs.map((row) => row.club_id) };
}
