/**
 * Invitations to a club: a link that one person may use once. Owns the table `invitation`: the token is shown once and
 * stored hashed; a row goes when it is accepted or taken back. May import `db`, `audit`, `access`.
 */
import { createHash, randomBytes } from 'node:crypto';
import { INVITATION_DAYS, type Invitation, type InvitationView } from '@padelvar/shared/club-api';
import { AppError } from '@padelvar/shared/errors';
import type { Selectable } from 'kysely';
import { z } from 'zod';
import { findUser, type UserRow } from '../access/objects.ts';
import type { Audit } from '../audit/audit.ts';
import type { Caller } from '../auth/caller.ts';
import type { Clock } from '../clock.ts';
import { parseKeys, planPage, type Page, type PageRequest } from '../db/cursor.ts';
import type { Db } from '../db/database.ts';
import type { InvitationTable } from '../db/tables.ts';
import { transact } from '../db/transact.ts';

export interface Invitations {
  /** Answers the link's address too, which nobody learns again. */
  create(
    caller: Caller,
    clubId: string,
    input: { role: 'PLAYER' | 'CLUB_ADMIN'; label: string },
  ): Promise<Invitation & { url: string }>;
  /** Those that may still be accepted, newest first. */
  list(clubId: string, page: PageRequest): Promise<Page<Invitation>>;
  revoke(caller: Caller, clubId: string, invitationId: string): Promise<void>;
  /** `gone` where it was used, taken back, has expired or never was. */
  open(token: string): Promise<InvitationView>;
  /** Whether that is an invitation that may still be accepted. */
  stands(token: string): Promise<boolean>;
  /** Makes the caller a member, once. Staff, who see all clubs, are refused. */
  accept(caller: Caller, token: string): Promise<{ clubId: string }>;
}

export interface InvitationsOptions {
  db: Db;
  clock: Clock;
  audit: Audit;
  origin: string;
}

/** Invitations of one club that stand at a time. */
export const MAX_INVITATIONS = 200;
const DAY_MS = 24 * 60 * 60_000;
const Newest = z.tuple([z.number(), z.string()]);

export function createInvitations({ db, clock, audit, origin }: InvitationsOptions): Invitations {
  const find = (trx: Db, token: string) =>
    trx
      .selectFrom('invitation')
      .innerJoin('club', 'club.id', 'invitation.club_id')
      .selectAll('invitation')
      .select('club.name as clubName')
      .where('token_hash', '=', hashOf(token))
      .where('expires_at', '>', clock.nowMs())
      .executeTakeFirst();
  return {
    async create(caller, clubId, { role, label }) {
      await refuseTooMany(db, clubId, clock.nowMs());
      const token = randomBytes(24).toString('base64url');
      const row = {
        id: randomBytes(8).toString('hex'),
        club_id: clubId,
        token_hash: hashOf(token),
        ...{ role, label },
        created_by: caller.userId,
        created_at: clock.nowMs(),
        expires_at: clock.nowMs() + INVITATION_DAYS * DAY_MS,
      };
      await db.insertInto('invitation').values(row).execute();
      await audit.record(caller, 'invitation.create', clubId, { invitationId: row.id, role });
      return { ...formatInvitation({ ...row, createdByName: caller.name }), url: `${origin}/i/${token}` };
    },
    async list(clubId, { cursor, limit }) {
      const after = parseKeys(cursor, Newest);
      let query = db
        .selectFrom('invitation')
        .leftJoin('user', 'user.id', 'invitation.created_by')
        .selectAll('invitation')
        .select('user.name as createdByName')
        .where('club_id', '=', clubId)
        .where('expires_at', '>', clock.nowMs())
        .orderBy('created_at', 'desc')
        .orderBy('invitation.id', 'desc');
      if (after !== undefined) {
        query = query.where((eb) =>
          eb(eb.refTuple('invitation.created_at', 'invitation.id'), '<', eb.tuple(...after)),
        );
      }
      const found = await query.limit(limit + 1).execute();
      const { rows, nextCursor } = planPage(found, limit, (row) => [row.created_at, row.id]);
      return { items: rows.map(formatInvitation), nextCursor };
    },
    async revoke(caller, clubId, invitationId) {
      const removed = await db
        .deleteFrom('invitation')
        .where('id', '=', invitationId)
        .where('club_id', '=', clubId)
        .returning('id')
        .executeTakeFirst();
      if (removed === undefined) {
        throw new AppError('not_found', 'expected the id of an invitation of this club; found none');
      }
      await audit.record(caller, 'invitation.revoke', clubId, { invitationId });
    },
    async open(token) {
      const row = await find(db, token);
      if (row === undefined) throw used();
      const expiresAt = new Date(row.expires_at).toISOString();
      return { clubName: row.clubName, role: row.role, expiresAt };
    },
    stands: async (token) => (await find(db, token)) !== undefined,
    async accept(caller, token) {
      const accepted = await transact(db, async (trx) => {
        const row = await find(trx, token);
        if (row === undefined) throw used();
        await trx.deleteFrom('invitation').where('id', '=', row.id).execute();
        await join(trx, caller.userId, row);
        return row;
      });
      const { club_id: clubId, role, id: invitationId } = accepted;
      await audit.record(caller, 'invitation.accept', clubId, { invitationId, role });
      return { clubId };
    },
  };
}

/**
 * A role counts in all clubs of somebody, so an administrator is made only of who belongs to no other club. What they are is
 * read where it is written: of two invitations accepted at once, the second finds what the first made of them.
 */
async function join(trx: Db, userId: string, { club_id: clubId, role }: Selectable<InvitationTable>) {
  const user = await findUser(trx, userId);
  if (user === undefined) throw new AppError('unauthenticated', 'expected an account that is still there');
  refuseOther(user, clubId, role);
  if (role === 'CLUB_ADMIN') await trx.updateTable('user').set({ role }).where('id', '=', userId).execute();
  await trx
    .insertInto('club_member')
    .values({ club_id: clubId, user_id: userId })
    .onConflict((conflict) => conflict.columns(['club_id', 'user_id']).doNothing())
    .execute();
}

function refuseOther(user: UserRow, clubId: string, role: 'PLAYER' | 'CLUB_ADMIN'): void {
  const refuse = (message: string): never => {
    throw new AppError('conflict', message, { fault: 'other_account' });
  };
  if (user.role === 'SUPER_ADMIN' || user.role === 'SUPPORT') {
    refuse(`your role ${user.role} sees all clubs and belongs to none`);
  }
  if (role === 'CLUB_ADMIN' && user.role !== role && user.clubIds.some((other) => other !== clubId)) {
    refuse('expected an account of no other club for an administrator; found one of another club');
  }
  if (role === 'PLAYER' && user.role === 'CLUB_ADMIN' && !user.clubIds.includes(clubId)) {
    refuse('expected the account of a player; this one administers a club');
  }
}

async function refuseTooMany(db: Db, clubId: string, nowMs: number): Promise<void> {
  await db.deleteFrom('invitation').where('club_id', '=', clubId).where('expires_at', '<=', nowMs).execute();
  const { standing } = await db
    .selectFrom('invitation')
    .select((eb) => eb.fn.countAll<number>().as('standing'))
    .where('club_id', '=', clubId)
    .executeTakeFirstOrThrow();
  if (standing < MAX_INVITATIONS) return;
  throw new AppError('conflict', `expected fewer than ${MAX_INVITATIONS} open invitations of a club`, {
    fault: 'too_many',
  });
}

function formatInvitation(row: Selectable<InvitationTable> & { createdByName: string | null }): Invitation {
  return {
    invitationId: row.id,
    role: row.role,
    label: row.label,
    createdBy: row.createdByName ?? '',
    createdAt: new Date(row.created_at).toISOString(),
    expiresAt: new Date(row.expires_at).toISOString(),
  };
}

function used(): AppError {
  return new AppError('gone', 'this invitation has been used, has expired or was taken back');
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
