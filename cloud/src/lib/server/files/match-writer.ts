/**
 * Writes to one person about one match, in their language and by the club's clock. Only to an address that is proved. May
 * import `auth`, `mail`.
 */
import type { Locale } from '@padelvar/shared/locale';
import { findAccountSettings } from '../auth/account-settings.ts';
import type { Identities } from '../auth/identities.ts';
import type { Db } from '../db/database.ts';
import { formatMatchTime, type Letter } from '../mail/letters.ts';
import type { Mail } from '../mail/mail.ts';

export interface MatchWriter {
  /** Undefined where there is no such match, or no mail. */
  find(sessionId: string): Promise<Match | undefined>;
  /** Whether it will be sent. */
  send(match: Match, userId: string, write: WriteAbout, posting?: Posting): Promise<boolean>;
}

export interface MatchWriterOptions {
  db: Db;
  mail: Mail;
  identities: Pick<Identities, 'find'>;
  origin: string;
}

export interface Match {
  sessionId: string;
  clubId: string;
  ownerId: string;
  court: string;
  club: string;
  timeZone: string;
  /** When it began. */
  atMs: number;
}

/** What letters say of a match. */
export interface About {
  court: string;
  club: string;
  /** In words. */
  at: string;
  /** Of the match's page. */
  url: string;
}

export type WriteAbout = (about: About, locale: Locale) => Letter;
type Posting = Pick<Parameters<Mail['post']>[0], 'onceKey' | 'goodForMs'>;

export function createMatchWriter({ db, mail, identities, origin }: MatchWriterOptions): MatchWriter {
  return {
    find: async (sessionId) => (mail.enabled ? findMatch(db, sessionId) : undefined),
    async send(match, userId, write, posting = {}) {
      const user = await identities.find(userId);
      if (user?.emailVerified !== true) return false;
      const { locale } = await findAccountSettings(db, userId);
      const { court, club, timeZone, sessionId } = match;
      const at = formatMatchTime(match.atMs, timeZone, locale);
      const letter = write({ court, club, at, url: `${origin}/videos/${sessionId}` }, locale);
      return mail.post({ to: user.email, locale, letter, ...posting });
    },
  };
}

async function findMatch(db: Db, sessionId: string): Promise<Match | undefined> {
  const row = await db
    .selectFrom('match_session')
    .innerJoin('club', 'club.id', 'match_session.club_id')
    .leftJoin('court', 'court.id', 'match_session.court_id')
    .select(['owner_id', 'match_session.club_id', 'court_id', 'started_at', 'opened_at', 'club.time_zone'])
    .select(['club.name as club', 'court.name as court'])
    .where('match_session.id', '=', sessionId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    ...{ sessionId, clubId: row.club_id, ownerId: row.owner_id, club: row.club },
    // A court may be gone before its matches.
    court: row.court ?? row.court_id,
    timeZone: row.time_zone,
    atMs: row.started_at ?? row.opened_at,
  };
}
