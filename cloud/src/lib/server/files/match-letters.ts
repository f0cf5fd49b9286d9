/**
 * Letters about a match in the library: that it is ready, to whoever asked for such letters; that it will be deleted, or
 * that it is theirs now, to its owner. May import `auth`, `mail`.
 */
import { findAccountSettings } from '../auth/account-settings.ts';
import type { Db } from '../db/database.ts';
import { formatMatchDay } from '../mail/letters.ts';
import type { MatchWriter } from './match-writer.ts';

export interface MatchLetters {
  ready(sessionId: string): Promise<void>;
  /** `endsAt`: Unix milliseconds. */
  expiring(sessionId: string, endsAt: number): Promise<void>;
  handedOver(sessionId: string): Promise<void>;
}

export function createMatchLetters({ db, writer }: { db: Db; writer: MatchWriter }): MatchLetters {
  return {
    async ready(sessionId) {
      const match = await writer.find(sessionId);
      if (match === undefined) return;
      for (const userId of [match.ownerId, ...(await listParticipants(db, sessionId))]) {
        if (!(await findAccountSettings(db, userId)).mailWhenReady) continue;
        const onceKey = `ready:${sessionId}:${userId}`;
        await writer.send(match, userId, (about) => ({ kind: 'ready', ...about }), { onceKey });
      }
    },
    async expiring(sessionId, endsAt) {
      const match = await writer.find(sessionId);
      if (match === undefined) return;
      await writer.send(match, match.ownerId, (about, locale) => ({
        ...{ kind: 'expiring', ...about },
        day: formatMatchDay(endsAt, match.timeZone, locale),
      }));
    },
    async handedOver(sessionId) {
      const match = await writer.find(sessionId);
      if (match === undefined) return;
      await writer.send(match, match.ownerId, (about) => ({ kind: 'handed_over', ...about }));
    },
  };
}

async function listParticipants(db: Db, sessionId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('session_participant')
    .select('user_id')
    .where('session_id', '=', sessionId)
    .execute();
  return rows.map((row) => row.user_id);
}
