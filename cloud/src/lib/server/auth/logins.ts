/** One's own logins: by what, since when, and ending them. */
import { AppError } from '@padelvar/shared/errors';
import type { LoginUse } from '@padelvar/shared/account-api';
import type { Db } from '../db/database.ts';
import { describeAgent } from './agent-name.ts';
import type { BetterAuth } from './better-auth.ts';

export interface Logins {
  /** Those that stand, the one last used first. */
  list(userId: string, currentId: string): Promise<LoginUse[]>;
  /** Throws `not_found` where it is none of the user's. */
  end(userId: string, loginId: string): Promise<void>;
  endOthers(userId: string, currentId: string): Promise<void>;
}

export function createLogins({ db, auth }: { db: Db; auth: BetterAuth }): Logins {
  return {
    async list(userId, currentId) {
      const { internalAdapter } = await auth.$context;
      const sessions = await internalAdapter.listSessions(userId, { onlyActiveSessions: true });
      const uses = await db
        .selectFrom('login_use')
        .selectAll()
        .where(
          'login_id',
          'in',
          sessions.map(({ id }) => id),
        )
        .execute();
      const seen = new Map(uses.map((use) => [use.login_id, use.seen_at]));
      return sessions
        .map(({ id, createdAt, expiresAt, userAgent }) => ({
          loginId: id,
          ...describeAgent(userAgent ?? ''),
          createdAt: createdAt.toISOString(),
          seenAt: new Date(seen.get(id) ?? createdAt).toISOString(),
          expiresAt: expiresAt.toISOString(),
          current: id === currentId,
        }))
        .sort((a, b) => Number(b.current) - Number(a.current) || b.seenAt.localeCompare(a.seenAt));
    },
    async end(userId, loginId) {
      const ended = await db
        .deleteFrom('session')
        .where('id', '=', loginId)
        .where('userId', '=', userId)
        .returning('id')
        .executeTakeFirst();
      if (ended === undefined) throw new AppError('not_found', 'expected the id of one of your logins');
    },
    async endOthers(userId, currentId) {
      await db.deleteFrom('session').where('userId', '=', userId).where('id', '!=', currentId).execute();
    },
  };
}
