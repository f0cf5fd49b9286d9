/**
 * Who is in a match: the code on the owner's phone, requests to be let in, participants. Owns the tables `match_code`,
 * `match_request` and `session_participant`; rights are the gate's question. May import `db`, `sessions`, `clubs`,
 * `codes/code-text`, `codes/next-group`.
 */
import { AppError } from '@padelvar/shared/errors';
import type { MatchPeople } from '@padelvar/shared/players-api';
import { isEnded, SessionState } from '@padelvar/shared/session';
import type { SessionRow } from '../access/objects.ts';
import { formatInstant, type Clock } from '../clock.ts';
import { CLUB_RULES, readRules } from '../clubs/club-rules.ts';
import { createCode } from '../codes/code-text.ts';
import { findHandOver, type CourtRequest } from '../codes/next-group.ts';
import type { Db } from '../db/database.ts';
import { isEnding } from '../sessions/session-view.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { getRecipient, handOver } from './hand-over.ts';
import { addCourtRequest, addJoinRequest, type RequestRow } from './requests.ts';

export interface People {
  /** For whoever may let others in. Once the match has been stopped, nobody waits for its court. */
  list(session: SessionRow): Promise<MatchPeople>;
  /** By the match's own code. `not_found` for one that is wrong, or whose match has been stopped. */
  join(userId: string, code: string): Promise<string>;
  /** Asks the owner to be let in; a repeat changes nothing. */
  ask(userId: string, session: SessionRow): Promise<void>;
  /** The next group waits for the court. Answers what stands: the owner who has just said no is not asked anew. */
  askForCourt(session: SessionRow): Promise<RequestRow>;
  /** `not_found` for a request that has been answered. Making room for the next group stops the match. */
  answer(session: SessionRow, requestId: string, accept: boolean): Promise<void>;
  /**
   * The match is theirs from now on whose address this is; a former owner who plays takes part in it. Throws `bad_request`
   * where the address has no account that may own a match, `conflict` where nobody has proved that it
   * is theirs, and `gone` for a match that was deleted.
   */
  handOver(session: SessionRow, email: string): Promise<HandedOver>;
  /** Somebody else owns it now. The answer ends it. */
  onHandedOver(listener: (sessionId: string) => void): () => void;
}

export interface HandedOver {
  userId: string;
  name: string;
  /** Who owned it before; the same where nothing changed. */
  formerId: string;
}

export interface PeopleOptions {
  db: Db;
  clock: Clock;
  origin: string;
  sessions: Pick<Sessions, 'changed' | 'close'>;
  /** Whether somebody has proved that this address of an account is theirs; where the portal sends no mail nobody can. */
  isProved: (email: string) => Promise<boolean>;
}

const CODE_CHARACTERS = 12;

export function createPeople({ db, clock, origin, sessions, isProved }: PeopleOptions): People {
  const letIn = async (sessionId: string, userId: string): Promise<void> => {
    await db
      .insertInto('session_participant')
      .values({ session_id: sessionId, user_id: userId })
      .onConflict((conflict) => conflict.columns(['session_id', 'user_id']).doNothing())
      .execute();
    sessions.changed(sessionId);
  };
  const onHandedOver = new Set<(sessionId: string) => void>();
  return {
    async list(session) {
      const { id } = session;
      const code = isRunning(session) ? await ensureCode(db, id) : undefined;
      const requests = await listOpenRequests(db, id);
      const waiting = code === undefined ? undefined : requests.find(({ kind }) => kind === 'court');
      const { timeZone, handsOverAt } = await findCourtRule(db, session, waiting);
      return {
        sessionId: id,
        join: code === undefined ? null : { code, url: `${origin}/j/${code}` },
        participants: await listParticipants(db, id),
        requests: requests.flatMap(({ id: requestId, kind, name }) =>
          kind === 'join' ? [{ requestId, name: name ?? '' }] : [],
        ),
        nextGroup: waiting?.id ?? null,
        handsOverAt: waiting === undefined ? null : handsOverAt,
        timeZone,
      };
    },
    async join(userId, code) {
      const session = await db
        .selectFrom('match_code')
        .innerJoin('match_session', 'match_session.id', 'match_code.session_id')
        .selectAll('match_session')
        .where('match_code.code', '=', code)
        .executeTakeFirst();
      if (session === undefined || !isRunning(session)) {
        throw new AppError('not_found', 'expected the code of a match that is going on; found no such match');
      }
      if (session.owner_id !== userId) await letIn(session.id, userId);
      return session.id;
    },
    async ask(userId, { id: sessionId }) {
      if (await addJoinRequest(db, { sessionId, userId, nowMs: clock.nowMs() })) sessions.changed(sessionId);
    },
    async askForCourt({ id: sessionId }) {
      const { isNew, request } = await addCourtRequest(db, { sessionId, nowMs: clock.nowMs() });
      if (isNew) sessions.changed(sessionId);
      return request;
    },
    async answer(session, requestId, accept) {
      const request = await db
        .updateTable('match_request')
        .set({ state: accept ? 'accepted' : 'declined', answered_at: clock.nowMs() })
        .where('id', '=', requestId)
        .where('session_id', '=', session.id)
        .where('state', '=', 'open')
        .returningAll()
        .executeTakeFirst();
      if (request === undefined) {
        throw new AppError('not_found', 'expected an open request of this match; found no such request');
      }
      if (accept && request.user_id !== null) await letIn(session.id, request.user_id);
      if (accept && request.kind === 'court') await sessions.close(session.id, 'player');
      sessions.changed(session.id);
    },
    async handOver({ id }, email) {
      const owner = await getRecipient(db, email, isProved);
      const formerId = await handOver(db, id, owner.userId);
      if (formerId !== owner.userId) {
        sessions.changed(id);
        for (const listener of onHandedOver) listener(id);
      }
      return { ...owner, formerId };
    },
    onHandedOver(listener) {
      onHandedOver.add(listener);
      return () => onHandedOver.delete(listener);
    },
  };
}

/** Its code is good: nobody has asked it to stop. */
function isRunning(session: SessionRow): boolean {
  return !isEnded(SessionState.parse(session.state)) && !isEnding(session);
}

/** What the club's rule says to whoever waits for the court. */
async function findCourtRule(
  db: Db,
  session: SessionRow,
  request: CourtRequest,
): Promise<Pick<MatchPeople, 'handsOverAt' | 'timeZone'>> {
  const club = await db
    .selectFrom('club')
    .select(['time_zone', ...CLUB_RULES])
    .where('id', '=', session.club_id)
    .executeTakeFirstOrThrow();
  const handsOverAt = findHandOver(session, readRules(club), request);
  return { timeZone: club.time_zone, handsOverAt: formatInstant(handsOverAt) };
}

async function ensureCode(db: Db, sessionId: string): Promise<string> {
  await db
    .insertInto('match_code')
    .values({ session_id: sessionId, code: createCode(CODE_CHARACTERS) })
    .onConflict((conflict) => conflict.column('session_id').doNothing())
    .execute();
  const row = await db
    .selectFrom('match_code')
    .select('code')
    .where('session_id', '=', sessionId)
    .executeTakeFirstOrThrow();
  return row.code;
}

function listParticipants(db: Db, sessionId: string): Promise<MatchPeople['participants']> {
  return db
    .selectFrom('session_participant')
    .innerJoin('user', 'user.id', 'session_participant.user_id')
    .select(['user.id as userId', 'user.name'])
    .where('session_participant.session_id', '=', sessionId)
    .orderBy('user.name')
    .execute();
}

function listOpenRequests(
  db: Db,
  sessionId: string,
): Promise<(Pick<RequestRow, 'id' | 'kind' | 'state' | 'created_at'> & { name: string | null })[]> {
  return db
    .selectFrom('match_request')
    .leftJoin('user', 'user.id', 'match_request.user_id')
    .select(['match_request.id', 'match_request.kind', 'match_request.state', 'user.name'])
    .select('match_request.created_at')
    .where('match_request.session_id', '=', sessionId)
    .where('match_request.state', '=', 'open')
    .orderBy('match_request.created_at')
    .execute();
}
