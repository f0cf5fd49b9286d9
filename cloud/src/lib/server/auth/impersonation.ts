/**
 * Super administrators who see the portal as somebody else, to help them: a mark on their own login, which a browser's
 * requests then pass for that user's. It ends by itself, at the administrator's wish, or with their login. Owns the
 * table `impersonation`. May import `db`, `audit`.
 */
import { AppError } from '@padelvar/shared/errors';
import type { Audit } from '../audit/audit.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import type { Caller } from './caller.ts';

export const IMPERSONATION_MINUTES = 60;

export interface Impersonations {
  /** `forbidden` for another super administrator, oneself, and whoever is somebody else already. */
  start(
    caller: Caller,
    target: { id: string; role: Caller['role'] },
    reason: string,
  ): Promise<{ userId: string; endsAt: string }>;
  end(caller: Caller): Promise<void>;
  /** Writes down that those whose time is over have ended. */
  sweep(): Promise<void>;
}

export interface ImpersonationOptions {
  db: Db;
  clock: Clock;
  audit: Audit;
}

export function createImpersonations({ db, clock, audit }: ImpersonationOptions): Impersonations {
  return {
    async start(caller, target, reason) {
      if (caller.impersonator !== undefined || target.id === caller.userId || target.role === 'SUPER_ADMIN') {
        throw new AppError('forbidden', 'expected a user who is no super administrator, and to be yourself');
      }
      const endsAt = clock.nowMs() + IMPERSONATION_MINUTES * 60_000;
      const values = { user_id: target.id, ends_at: endsAt };
      await db
        .insertInto('impersonation')
        .values({ login_id: caller.authSessionId, ...values })
        .onConflict((conflict) => conflict.column('login_id').doUpdateSet(values))
        .execute();
      const ends = new Date(endsAt).toISOString();
      await audit.record(caller, 'impersonation.start', target.id, { reason, endsAt: ends });
      return { userId: target.id, endsAt: ends };
    },
    async end({ authSessionId, impersonator }) {
      if (impersonator === undefined) return;
      const ended = await db
        .deleteFrom('impersonation')
        .where('login_id', '=', authSessionId)
        .returning('user_id')
        .executeTakeFirst();
      if (ended === undefined) return;
      await audit.record({ userId: impersonator.userId }, 'impersonation.end', ended.user_id);
    },
    async sweep() {
      const over = await db
        .selectFrom('impersonation')
        .innerJoin('session', 'session.id', 'impersonation.login_id')
        .select(['login_id', 'impersonation.user_id', 'session.userId as adminId'])
        .where('ends_at', '<=', clock.nowMs())
        .execute();
      for (const { login_id: loginId, user_id: userId, adminId } of over) {
        await db.deleteFrom('impersonation').where('login_id', '=', loginId).execute();
        await audit.record({ userId: adminId }, 'impersonation.end', userId, { by: 'time' });
      }
    },
  };
}
