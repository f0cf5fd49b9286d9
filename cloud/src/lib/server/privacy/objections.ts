/**
 * "I am in this video": somebody at a court objects to a match without an account. It is hidden at once, for at most 72
 * hours and once only, until an administrator of the club decides. Whoever objects learns nothing of the match.
 */
import { createHash, randomBytes } from 'node:crypto';
import { AppError } from '@padelvar/shared/errors';
import {
  HIDDEN_HOURS,
  type Objection,
  type ObjectionCreate,
  type ObjectionDecision,
} from '@padelvar/shared/privacy-api';
import { findInstant } from '@padelvar/shared/zoned-time';
import type { z } from 'zod';
import type { Audit } from '../audit/audit.ts';
import { createAttemptLimit } from '../auth/attempt-limit.ts';
import type { Caller } from '../auth/caller.ts';
import type { Clock } from '../clock.ts';
import type { CodedCourt } from '../codes/court-codes.ts';
import type { Page, PageRequest } from '../db/cursor.ts';
import type { Db } from '../db/database.ts';
import type { Files } from '../files/files.ts';
import { findMatchAt } from './find-match.ts';
import type { Raised, Settled } from './objection-letters.ts';
import { listObjections } from './objection-list.ts';
import { findEnding, listEarlier, settle } from './objection-rows.ts';

export interface Objections {
  /** `browser` is the browser's token. Throws `bad_request` for a time to come, `too_many_requests`. */
  object(
    court: CodedCourt,
    input: z.output<typeof ObjectionCreate>,
    from: { browser: string; clientAddress: string },
  ): Promise<void>;
  /** Newest first. */
  list(clubId: string, page: PageRequest & { state?: 'open' | 'all' }): Promise<Page<Objection>>;
  /** Throws `not_found`, and `conflict` where it has been decided. */
  decide(
    caller: Caller,
    clubId: string,
    objectionId: string,
    decision: z.output<typeof ObjectionDecision>['decision'],
  ): Promise<Objection>;
  /** Shows what nobody has decided on in time. */
  lapse(): Promise<void>;
  /** Forgets what people wrote and how they are answered, half a year after the decision, or after they wrote where none was made. */
  forgetWords(): Promise<void>;
  /** Told of each objection that asks the club for a decision on a match. */
  onRaised(listener: (raised: Raised) => void): void;
  /** Told when a match is hidden no more, or gone by a decision. */
  onSettled(listener: (settled: Settled) => void): void;
}

export interface ObjectionsOptions {
  db: Db;
  clock: Clock;
  audit: Audit;
  files: Pick<Files, 'delete'>;
  /** A session's row has changed. */
  onChanged: (sessionId: string) => void;
}

const DAY_MS = 24 * 60 * 60_000;
/** A club's visitors share one address. */
const PER_ADDRESS = 10;
const PER_BROWSER = 5;
const WORDS_KEPT_DAYS = 183;
/** Videos older than this are not asked for by a form at the court. */
const OLDEST_DAYS = 400;

export function createObjections({ db, clock, audit, files, onChanged }: ObjectionsOptions): Objections {
  const limit = (maxFailures: number) => createAttemptLimit({ clock, maxFailures, windowMs: DAY_MS });
  const [byAddress, byBrowser] = [limit(PER_ADDRESS), limit(PER_BROWSER)];
  const raisedListeners = new Set<(raised: Raised) => void>();
  const settledListeners = new Set<(settled: Settled) => void>();

  const hide = async (sessionId: string, untilMs: number): Promise<void> => {
    await db
      .updateTable('match_session')
      .set({ hidden_until: untilMs })
      .where('id', '=', sessionId)
      .execute();
    await audit.record(undefined, 'video.hide', sessionId, { untilMs });
    onChanged(sessionId);
  };
  const show = async (sessionId: string): Promise<void> => {
    await db.updateTable('match_session').set({ hidden_until: null }).where('id', '=', sessionId).execute();
    onChanged(sessionId);
  };

  return {
    async object({ court, timeZone }, { date, time, message, contact }, { browser, clientAddress }) {
      const [hour = 0, minute = 0] = time.split(':').map(Number);
      const atMs = findInstant({ date, hour, minute }, timeZone);
      checkTime(atMs, clock.nowMs());
      for (const [attempts, key] of [
        [byAddress, clientAddress],
        [byBrowser, browser],
      ] as const) {
        attempts.check(key);
        attempts.count(key);
      }
      const sessionId = await findMatchAt(db, court, atMs);
      const browserHash = createHash('sha256').update(browser).digest('hex');
      const earlier = await listEarlier(db, { courtId: court.id, sessionId, atMs, browserHash });
      if (earlier.some((row) => row.browser_hash === browserHash)) return;
      const hides = sessionId !== undefined && !earlier.some((row) => row.hides_until !== null);
      const hidesUntil = hides ? clock.nowMs() + HIDDEN_HOURS * 60 * 60_000 : null;
      const id = randomBytes(8).toString('hex');
      await db
        .insertInto('objection')
        .values({
          ...{ id, club_id: court.club_id, court_id: court.id, session_id: sessionId ?? null, at: atMs },
          ...{ browser_hash: browserHash, message, contact, state: 'open', created_at: clock.nowMs() },
          ...{ hides_until: hidesUntil, decided_at: null, decided_by: null },
        })
        .execute();
      await audit.record(undefined, 'objection.create', court.id, { objectionId: id, sessionId });
      if (sessionId === undefined) return;
      if (hidesUntil !== null) await hide(sessionId, hidesUntil);
      if (earlier.some((row) => row.state === 'open')) return;
      for (const tell of raisedListeners) tell({ objectionId: id, sessionId, hidesUntilMs: hidesUntil });
    },
    list: (clubId, page) => listObjections(db, clubId, page),
    async decide(caller, clubId, objectionId, decision) {
      const row = await db
        .selectFrom('objection')
        .select(['session_id', 'state'])
        .where('id', '=', objectionId)
        .where('club_id', '=', clubId)
        .executeTakeFirst();
      if (row === undefined) {
        throw new AppError('not_found', 'expected the id of an objection in this club; found none');
      }
      if (row.state === 'kept' || row.state === 'deleted') {
        throw new AppError('conflict', `this objection has been decided: ${row.state}`, { fault: 'decided' });
      }
      const { session_id: sessionId } = row;
      const ending = await findEnding(db, { objectionId, sessionId, decision, byUserId: caller.userId });
      if (decision === 'delete' && sessionId !== null) await files.delete(sessionId, caller);
      await settle(db, objectionId, sessionId, {
        ...{ state: decision === 'keep' ? 'kept' : 'deleted', decided_at: clock.nowMs() },
        decided_by: caller.userId,
      });
      if (sessionId !== null) await show(sessionId);
      await audit.record(caller, `objection.${decision}`, sessionId ?? clubId, { objectionId });
      if (ending !== undefined) for (const tell of settledListeners) tell(ending);
      const { items } = await listObjections(db, clubId, { limit: 1, objectionId });
      return items[0] as Objection;
    },
    async lapse() {
      const rows = await db
        .updateTable('objection')
        .set({ state: 'lapsed' })
        .where('state', '=', 'open')
        .where('hides_until', '<=', clock.nowMs())
        .returning(['id', 'session_id'])
        .execute();
      for (const { id, session_id: sessionId } of rows) {
        if (sessionId === null) continue;
        await show(sessionId);
        await audit.record(undefined, 'video.show', sessionId, { objectionId: id });
        for (const tell of settledListeners) tell({ objectionId: id, sessionId, outcome: 'lapsed' });
      }
    },
    async forgetWords() {
      await db
        .updateTable('objection')
        .set({ message: '', contact: '' })
        .where((eb) => eb.or([eb('message', '!=', ''), eb('contact', '!=', '')]))
        .where(
          (eb) => eb.fn.coalesce('decided_at', 'created_at'),
          '<=',
          clock.nowMs() - WORDS_KEPT_DAYS * DAY_MS,
        )
        .execute();
    },
    onRaised: (listener) => void raisedListeners.add(listener),
    onSettled: (listener) => void settledListeners.add(listener),
  };
}

function checkTime(atMs: number, nowMs: number): void {
  if (atMs > nowMs) throw new AppError('bad_request', 'expected a time that has passed', { field: 'time' });
  if (atMs < nowMs - OLDEST_DAYS * DAY_MS) {
    throw new AppError('bad_request', `expected a day of the last ${OLDEST_DAYS}`, { field: 'date' });
  }
}
