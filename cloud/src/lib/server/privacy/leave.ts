/**
 * The end of an account. Its own videos are deleted for everybody, in store, library and at the club; it is taken out of
 * others' matches, whose videos stay; what they planned for a club becomes another administrator's of it. The account goes last, so that what was cut short can be asked for again.
 */
import { AppError } from '@padelvar/shared/errors';
import type { LeavePlan } from '@padelvar/shared/privacy-api';
import type { Audit } from '../audit/audit.ts';
import type { Accounts } from '../auth/accounts.ts';
import type { Caller } from '../auth/caller.ts';
import type { Db } from '../db/database.ts';
import { transact } from '../db/transact.ts';
import type { Files } from '../files/files.ts';

export interface Leaving {
  plan(caller: Caller): Promise<LeavePlan>;
  /** Answers how many videos went. Throws `bad_request` for another address, `conflict` where there is an obstacle. */
  leave(caller: Caller, email: string): Promise<number>;
}

export interface LeavingOptions {
  db: Db;
  audit: Audit;
  auth: Pick<Accounts, 'deleteUser'>;
  files: Pick<Files, 'delete'>;
}

export function createLeaving({ db, audit, auth, files }: LeavingOptions): Leaving {
  const plan = async ({ userId, role }: Caller): Promise<LeavePlan> => {
    const videos = await listVideos(db, userId);
    const others = await db
      .selectFrom('session_participant')
      .innerJoin('match_session', 'match_session.id', 'session_participant.session_id')
      .select(['session_participant.session_id', 'match_session.owner_id', 'session_participant.user_id'])
      .where((eb) => eb.or([eb('owner_id', '=', userId), eb('user_id', '=', userId)]))
      .execute();
    const heirs = await findHeirs(db, userId);
    const shared = new Set(others.filter((row) => row.owner_id === userId).map((row) => row.session_id));
    return {
      videos: videos.length,
      sharedVideos: videos.filter((id) => shared.has(id)).length,
      takesPartIn: others.filter((row) => row.user_id === userId).length,
      plansHandedOn: heirs.filter(({ heirId }) => heirId !== null).length,
      plansLost: heirs.filter(({ heirId }) => heirId === null).length,
      obstacle: await findObstacle(db, userId, role),
    };
  };
  return {
    plan,
    async leave(caller, email) {
      if (email.toLowerCase() !== caller.email.toLowerCase()) {
        throw new AppError('bad_request', 'expected your own e-mail address', {
          field: 'email',
          fault: 'not_own_email',
        });
      }
      const { obstacle } = await plan(caller);
      if (obstacle === 'open_match')
        throw new AppError('conflict', 'expected no open match; end yours first', {
          fault: 'own_match_open',
        });
      if (obstacle === 'last_admin') {
        throw new AppError('conflict', 'expected another SUPER_ADMIN; this is the last one', {
          fault: 'last_admin',
        });
      }
      const videos = await listVideos(db, caller.userId);
      for (const sessionId of videos) await files.delete(sessionId, caller);
      await forget(db, caller.userId);
      await auth.deleteUser(caller.userId);
      await audit.record(caller, 'user.leave', caller.userId, { videos: videos.length });
      return videos.length;
    },
  };
}

/** Those that are still there, or on their way out, and expired ones of which clips are kept. */
async function listVideos(db: Db, userId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('match_session')
    .select('id')
    .where('owner_id', '=', userId)
    .where((eb) =>
      eb.or([
        eb('movie_state', 'not in', ['none', 'deleted']),
        eb('object_key', 'is not', null),
        eb.exists(
          eb.selectFrom('clip').select('clip.id').whereRef('clip.session_id', '=', 'match_session.id'),
        ),
      ]),
    )
    .execute();
  return rows.map(({ id }) => id);
}

async function findObstacle(db: Db, userId: string, role: Caller['role']): Promise<LeavePlan['obstacle']> {
  const open = await db
    .selectFrom('match_session')
    .select('id')
    .where('owner_id', '=', userId)
    .where((eb) =>
      eb.or([eb('state', 'not in', ['complete', 'failed']), eb('movie_state', '=', 'recording')]),
    )
    .executeTakeFirst();
  if (open !== undefined) return 'open_match';
  if (role !== 'SUPER_ADMIN') return null;
  const other = await db
    .selectFrom('user')
    .select('id')
    .where('role', '=', 'SUPER_ADMIN')
    .where('id', '!=', userId)
    .executeTakeFirst();
  return other === undefined ? 'last_admin' : null;
}

/** Whose each of their planned recordings becomes: of the club's other administrators, whose account is oldest; null: nobody's. */
async function findHeirs(db: Db, userId: string): Promise<{ scheduleId: string; heirId: string | null }[]> {
  return db
    .selectFrom('schedule')
    .select('schedule.id as scheduleId')
    .select((eb) =>
      eb
        .selectFrom('club_member')
        .innerJoin('user', 'user.id', 'club_member.user_id')
        .select('user.id')
        .whereRef('club_member.club_id', '=', 'schedule.club_id')
        .where('user.role', '=', 'CLUB_ADMIN')
        .where('user.id', '!=', userId)
        .orderBy('user.createdAt')
        .orderBy('user.id')
        .limit(1)
        .as('heirId'),
    )
    .where('schedule.created_by', '=', userId)
    .execute();
}

/** What names the person beside the account itself; what refers to the account goes with it. */
async function forget(db: Db, userId: string): Promise<void> {
  await transact(db, async (trx) => {
    await trx.deleteFrom('session_participant').where('user_id', '=', userId).execute();
    await trx.deleteFrom('share').where('created_by', '=', userId).execute();
    await trx.deleteFrom('invitation').where('created_by', '=', userId).execute();
    for (const { scheduleId, heirId } of await findHeirs(trx, userId)) {
      if (heirId === null) await trx.deleteFrom('schedule').where('id', '=', scheduleId).execute();
      else {
        await trx.updateTable('schedule').set({ created_by: heirId }).where('id', '=', scheduleId).execute();
      }
    }
    await trx.deleteFrom('idempotency').where('user_id', '=', userId).execute();
  });
}
