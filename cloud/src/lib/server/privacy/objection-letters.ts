/**
 * Letters about an objection: to whoever decides on it, and to the match's owner that it is hidden and what became of it.
 * Nobody is written who objects. May import `files`, `mail`.
 */
import type { Locale } from '@padelvar/shared/locale';
import type { Db } from '../db/database.ts';
import type { About, Match, MatchWriter, WriteAbout } from '../files/match-writer.ts';
import { formatMatchTime, type Letter } from '../mail/letters.ts';

/** There is something for the club to decide. */
export interface Raised {
  objectionId: string;
  sessionId: string;
  /** Null: the match has been hidden before, and is seen. */
  hidesUntilMs: number | null;
}

/** What the match's owner was told of has come to an end. */
export interface Settled {
  objectionId: string;
  sessionId: string;
  outcome: 'kept' | 'deleted' | 'lapsed';
  /** Undefined where nobody decided. */
  byUserId?: string;
}

export interface ObjectionLetters {
  raised(raised: Raised): Promise<void>;
  settled(settled: Settled): Promise<void>;
}

export interface ObjectionLettersOptions {
  db: Db;
  writer: MatchWriter;
  nowMs: () => number;
  origin: string;
}

export function createObjectionLetters({
  db,
  writer,
  nowMs,
  origin,
}: ObjectionLettersOptions): ObjectionLetters {
  /** Whoever decides; answers whether anybody of them can be written to. */
  const tellDeciders = async (match: Match, raised: Raised, userIds: readonly string[]): Promise<boolean> => {
    const url = `${origin}/club/objections?club=${match.clubId}`;
    const write: WriteAbout = (about, locale) => writeRaised(match, raised, { ...about, url }, locale);
    const sent = [];
    for (const userId of userIds) {
      sent.push(await writer.send(match, userId, write, planPosting(raised, userId, nowMs())));
    }
    return sent.includes(true);
  };
  return {
    async raised(raised) {
      const match = await writer.find(raised.sessionId);
      if (match === undefined) return;
      const admins = await listAdmins(db, match.clubId);
      if (!(await tellDeciders(match, raised, admins))) {
        await tellDeciders(match, raised, await listSuperAdmins(db));
      }
      if (raised.hidesUntilMs === null || admins.includes(match.ownerId)) return;
      const until = raised.hidesUntilMs;
      const write: WriteAbout = (about, locale) => ({
        ...{ kind: 'objection_hidden', ...about },
        until: formatMatchTime(until, match.timeZone, locale),
      });
      await writer.send(match, match.ownerId, write, planPosting(raised, match.ownerId, nowMs()));
    },
    async settled({ objectionId, sessionId, outcome, byUserId }) {
      const match = await writer.find(sessionId);
      if (match === undefined || match.ownerId === byUserId) return;
      const write: WriteAbout = (about) => ({ kind: `objection_${outcome}`, ...about });
      const onceKey = `objection:${objectionId}:${outcome}:${match.ownerId}`;
      await writer.send(match, match.ownerId, write, { onceKey });
    },
  };
}

function writeRaised({ timeZone }: Match, { hidesUntilMs }: Raised, about: About, locale: Locale): Letter {
  if (hidesUntilMs === null) return { kind: 'objection_again', ...about };
  return {
    ...{ kind: 'objection_decide', ...about },
    until: formatMatchTime(hidesUntilMs, timeZone, locale),
  };
}

/** A letter about what is hidden is of use for as long as that. */
function planPosting({ objectionId, hidesUntilMs }: Raised, userId: string, nowMs: number) {
  const onceKey = `objection:${objectionId}:raised:${userId}`;
  return hidesUntilMs === null ? { onceKey } : { onceKey, goodForMs: hidesUntilMs - nowMs };
}

async function listAdmins(db: Db, clubId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('club_member')
    .innerJoin('user', 'user.id', 'club_member.user_id')
    .select('user.id')
    .where('club_member.club_id', '=', clubId)
    .where('user.role', '=', 'CLUB_ADMIN')
    .orderBy('user.id')
    .execute();
  return rows.map(({ id }) => id);
}

/** They decide for a club that has nobody who can be written to. */
async function listSuperAdmins(db: Db): Promise<string[]> {
  const rows = await db.selectFrom('user').select('id').where('role', '=', 'SUPER_ADMIN').execute();
  return rows.map(({ id }) => id);
}
