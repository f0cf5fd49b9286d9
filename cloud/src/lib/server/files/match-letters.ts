/**
 * Letters about a match in the library: that it is ready, to whoever asked for such letters; that it will be deleted, or
 * that it is theirs now, to its owner. May import `auth`, `mail`.
 */
import { findAccountSettings } from '../auth/account-settings.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import { formatMatchDay } from '../mail/letters.ts';
import type { MatchWriter, WriteAbout } from './match-writer.ts';
import type { Ending } from './retention.ts';

export interface MatchLetters {
  ready(sessionId: string): Promise<void>;
  expiring(ending: Ending): Promise<void>;
  handedOver(sessionId: string): Promise<void>;
}

export interface MatchLettersOptions {
  db: Db;
  clock: Pick<Clock, 'nowMs'>;
  writer: MatchWriter;
}

export function createMatchLetters({ db, clock, writer }: MatchLettersOptions): MatchLetters {
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
    async expiring({ sessionId, daysBefore, expiresAt, endsAt }) {
      const match = await writer.find(sessionId);
      if (match === undefined) return;
      const write: WriteAbout = (about, locale) => ({
        ...{ kind: 'expiring', ...about },
        day: formatMatchDay(endsAt, match.timeZone, locale),
      });
      const onceKey = `expiring:${sessionId}:${daysBefore}:${expiresAt}:${match.ownerId}`;
      await writer.send(match, match.ownerId, write, { onceKey, goodForMs: endsAt - clock.nowMs() });
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
