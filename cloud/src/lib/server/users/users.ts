/**
 * Users as administrators see them: lists, roles, clubs. Owns the membership of clubs and the role column; passwords
 * and logins are `auth`'s. May import `db`, `auth`, `audit`,
 * `access`.
 */
import { AppError } from '@padelvar/shared/errors';
import type { Me, RegisterRequest, User, UserCreate, UserUpdate } from '@padelvar/shared/portal-api';
import type { z } from 'zod';
import { decide } from '../access/decide.ts';
import { findUser, type UserRow } from '../access/objects.ts';
import type { Audit } from '../audit/audit.ts';
import type { Accounts, NewUser } from '../auth/accounts.ts';
import { createAttemptLimit } from '../auth/attempt-limit.ts';
import type { MayRegister } from '../auth/may-register.ts';
import type { Caller } from '../auth/caller.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import { transact } from '../db/transact.ts';
import { checkAssignment } from './assignment.ts';
import { listUsers, type Page, type UserPage } from './list-users.ts';

export interface Users {
  /** A new PLAYER, of a club where one is named. */
  register(
    input: z.output<typeof RegisterRequest>,
    from: { clientAddress: string; guestId: string | undefined },
  ): Promise<Me>;
  /** Those whom the caller may see, by address. */
  list(caller: Caller, page: Page): Promise<UserPage>;
  create(caller: Caller, input: z.output<typeof UserCreate>): Promise<User>;
  update(caller: Caller, user: UserRow, changes: z.output<typeof UserUpdate>): Promise<User>;
  setPassword(caller: Caller, user: UserRow, password: string): Promise<void>;
}

const REGISTRATIONS_PER_HOUR = 30;

export interface UsersOptions {
  mayRegister: MayRegister;
  db: Db;
  clock: Clock;
  auth: Accounts;
  audit: Audit;
}

export function createUsers({ db, clock, auth, audit, mayRegister }: UsersOptions): Users {
  const registrations = createAttemptLimit({
    clock,
    maxFailures: REGISTRATIONS_PER_HOUR,
    windowMs: 60 * 60_000,
  });
  const make = async (user: NewUser, clubIds: readonly string[]): Promise<string> => {
    await requireClubs(db, clubIds);
    const userId = await auth.createUser(user);
    await transact(db, (trx) => setClubs(trx, userId, clubIds));
    return userId;
  };
  return {
    async register({ email, name, password, clubId, invitation }, { clientAddress, guestId }) {
      registrations.check(clientAddress);
      registrations.count(clientAddress);
      if (!(await mayRegister({ invitation, guestId }))) {
        throw new AppError('forbidden', 'expected an invitation: this portal is closed to others');
      }
      if (clubId !== undefined) await requireJoinable(db, clubId);
      const clubIds = clubId === undefined ? [] : [clubId];
      const userId = await make({ email, name, password, role: 'PLAYER' }, clubIds);
      return { userId, email: email.toLowerCase(), name, role: 'PLAYER', clubIds };
    },
    list: (caller, page) => listUsers(db, caller, page),
    async create(caller, { clubIds, ...user }) {
      checkAssignment(caller, { role: user.role, clubIds });
      const userId = await make(user, clubIds);
      await audit.record(caller, 'user.create', userId, { role: user.role, clubIds });
      const { email, name, role } = user;
      const createdAt = new Date(clock.nowMs()).toISOString();
      return { userId, email: email.toLowerCase(), name, role, clubIds, createdAt };
    },
    async update(caller, user, changes) {
      await requireClubs(db, changes.clubIds ?? []);
      const next = await transact(db, async (trx) => {
        const now = await getUser(trx, caller, user.id);
        const planned = plan(now, changes);
        checkAssignment(caller, planned);
        await keepOneSuperAdmin(trx, now, planned.role);
        await trx
          .updateTable('user')
          .set({ name: planned.name, role: planned.role })
          .where('id', '=', user.id)
          .execute();
        await setClubs(trx, user.id, planned.clubIds);
        return planned;
      });
      await audit.record(caller, 'user.update', user.id, { role: next.role, clubIds: next.clubIds });
      return { userId: user.id, email: user.email, ...next, createdAt: user.createdAt };
    },
    async setPassword(caller, user, password) {
      await auth.setPassword(user.id, password);
      await audit.record(caller, 'user.set-password', user.id);
    },
  };
}

/** A club that takes members by invitation only reads the same as one that is not there. */
async function requireJoinable(db: Db, clubId: string): Promise<void> {
  const club = await db
    .selectFrom('club')
    .select('id')
    .where('id', '=', clubId)
    .where('join_open', '=', 1)
    .executeTakeFirst();
  if (club !== undefined) return;
  throw new AppError('not_found', 'expected the id of a club that anybody may join; found none', {
    field: 'clubId',
  });
}

async function requireClubs(db: Db, clubIds: readonly string[]): Promise<void> {
  if (clubIds.length === 0) return;
  const rows = await db.selectFrom('club').select('id').where('id', 'in', clubIds).execute();
  const missing = clubIds.find((clubId) => !rows.some((row) => row.id === clubId));
  if (missing === undefined) return;
  throw new AppError('not_found', `expected the id of a club; found no club ${missing}`, { field: 'clubId' });
}

/** As they are where it is written: since the request was let in, an invitation may have made somebody else's of them. */
async function getUser(trx: Db, caller: Caller, userId: string): Promise<UserRow> {
  const user = await findUser(trx, userId);
  const isOwn =
    user !== undefined &&
    decide(caller, 'user.write', { kind: 'user', userId, clubIds: user.clubIds }) === 'allow';
  if (!isOwn)
    throw new AppError('not_found', 'expected the id of a user that you can see; found no such user');
  return user;
}

function plan(user: UserRow, { name, role, clubIds }: z.output<typeof UserUpdate>) {
  return { name: name ?? user.name, role: role ?? user.role, clubIds: clubIds ?? user.clubIds };
}

async function setClubs(trx: Db, userId: string, clubIds: readonly string[]): Promise<void> {
  await trx.deleteFrom('club_member').where('user_id', '=', userId).execute();
  const rows = [...new Set(clubIds)].map((clubId) => ({ club_id: clubId, user_id: userId }));
  if (rows.length > 0) await trx.insertInto('club_member').values(rows).execute();
}

async function keepOneSuperAdmin(db: Db, user: UserRow, nextRole: Caller['role']): Promise<void> {
  if (user.role !== 'SUPER_ADMIN' || nextRole === 'SUPER_ADMIN') return;
  const other = await db
    .selectFrom('user')
    .select('id')
    .where('role', '=', 'SUPER_ADMIN')
    .where('id', '!=', user.id)
    .executeTakeFirst();
  if (other === undefined)
    throw new AppError('conflict', 'expected another SUPER_ADMIN; this is the last one', {
      fault: 'last_admin',
    });
}
