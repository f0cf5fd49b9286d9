/**
 * Letters about a match: that it is ready, to whoever asked for such letters; that it will be deleted, to its owner. Only
 * to addresses that are proved. May import `auth`, `mail`.
 */
import { findAccountSettings } from '../auth/account-settings.ts';
import type { Identities } from '../auth/identities.ts';
import type { Db } from '../db/database.ts';
import { formatMatchTime, type Letter } from '../mail/letters.ts';
import type { Mail } from '../mail/mail.ts';

export interface MatchLetters {
  ready(sessionId: string): Promise<void>;
  expiring(sessionId: string, daysBefore: number): Promise<void>;
}

export interface MatchLettersOptions {
  db: Db;
  mail: Mail;
  identities: Pick<Identities, 'find'>;
  origin: string;
}

export function createMatchLetters({ db, mail, identities, origin }: MatchLettersOptions): MatchLetters {
  const send = async (
    match: Match,
    userId: string,
    write: (about: About) => Letter,
    onceKey?: string,
  ): Promise<void> => {
    const user = await identities.find(userId);
    if (user?.emailVerified !== true) return;
    const { locale } = await findAccountSettings(db, userId);
    const at = formatMatchTime(match.at, match.timeZone, locale);
    const letter = write({
      court: match.court,
      club: match.club,
      at,
      url: `${origin}/videos/${match.sessionId}`,
    });
    await mail.post({ to: user.email, locale, letter, onceKey });
  };
  return {
    async ready(sessionId) {
      const match = mail.enabled ? await findMatch(db, sessionId) : undefined;
      if (match === undefined) return;
      for (const userId of [match.ownerId, ...(await listParticipants(db, sessionId))]) {
        if (!(await findAccountSettings(db, userId)).mailWhenReady) continue;
        const onceKey = `ready:${sessionId}:${userId}`;
        await send(match, userId, (about) => ({ kind: 'ready', ...about }), onceKey);
      }
    },
    async expiring(sessionId, days) {
      const match = mail.enabled ? await findMatch(db, sessionId) : undefined;
      if (match === undefined) return;
      await send(match, match.ownerId, (about) => ({ kind: 'expiring', days, ...about }));
    },
  };
}

type About = Omit<Extract<Letter, { kind: 'ready' }>, 'kind'>;

interface Match {
  sessionId: string;
  ownerId: string;
  court: string;
  club: string;
  timeZone: string;
  at: number;
}

async function findMatch(db: Db, sessionId: string): Promise<Match | undefined> {
  const row = await db
    .selectFrom('match_session')
    .innerJoin('club', 'club.id', 'match_session.club_id')
    .innerJoin('court', 'court.id', 'match_session.court_id')
    .select([
      'owner_id',
      'started_at',
      'opened_at',
      'club.time_zone',
      'club.name as club',
      'court.name as court',
    ])
    .where('match_session.id', '=', sessionId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { club, court, time_zone: timeZone, owner_id: ownerId } = row;
  return { sessionId, ownerId, club, court, timeZone, at: row.started_at ?? row.opened_at };
}

async function listParticipants(db: Db, sessionId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('session_participant')
    .select('user_id')
    .where('session_id', '=', sessionId)
    .execute();
  return rows.map((row) => row.user_id);
}
