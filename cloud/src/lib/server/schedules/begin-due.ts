/**
 * Begins the planned recordings that are due: in the name of whoever planned them, as long as they still may. A court that
 * is in use and a mini-PC that is away are asked again for a while.
 */
import { AppError } from '@padelvar/shared/errors';
import { SessionState } from '@padelvar/shared/session';
import type { ScheduleOutcome } from '@padelvar/shared/schedule-api';
import type { Audit } from '../audit/audit.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import type { Devices } from '../devices/devices.ts';
import type { Logger } from '../log.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { findNextOccurrence } from './next-occurrence.ts';
import { LATE_MS, PASSING, planMinutes } from './plan-attempt.ts';
import { planTakeUp } from './plan-take-up.ts';
import { recordPlanned, type Attempt } from './record-planned.ts';
import { plannedAt, ruleOf, selectSchedules, type ScheduleRow } from './schedule-rows.ts';

export interface BeginDueOptions {
  db: Db;
  clock: Clock;
  log: Logger;
  audit: Audit;
  devices: Pick<Devices, 'isOnline'>;
  sessions: Pick<Sessions, 'open' | 'start' | 'close'>;
}

/**
 * Begins what is due; called again and again. Courts that are due together begin together. A beginning that was broken off,
 * as when the portal was killed in the middle of it, is taken up: whoever makes this is alone with the database.
 */
export function createDuePlans(options: BeginDueOptions): () => Promise<void> {
  const { db, clock } = options;
  /** Plans that are being begun: none other without an outcome is in anybody's hands. */
  const inHand = new Set<string>();
  const hold = async (row: ScheduleRow, work: () => Promise<void>): Promise<void> => {
    if (inHand.has(row.id)) return;
    inHand.add(row.id);
    try {
      await work();
    } finally {
      inHand.delete(row.id);
    }
  };
  return async () => {
    const nowMs = clock.nowMs();
    const due = await selectSchedules(db).where('schedule.next_at', '<=', nowMs).execute();
    const laterDue = selectSchedules(db).where((eb) =>
      eb.or([eb('schedule.next_at', 'is', null), eb('schedule.next_at', '>', nowMs)]),
    );
    const again = await laterDue
      .where('schedule.last_outcome', 'in', PASSING)
      .where('schedule.last_at', '>=', nowMs - LATE_MS)
      .execute();
    const brokenOff = await laterDue
      .where('schedule.last_outcome', 'is', null)
      .where('schedule.last_at', 'is not', null)
      .execute();
    await Promise.all([
      ...due.map((row) => hold(row, () => begin(options, row, row.next_at ?? nowMs))),
      ...again.map((row) => hold(row, () => beginAgain(options, row, row.last_at ?? nowMs))),
      ...brokenOff.map((row) => hold(row, () => takeUp(options, row, row.last_at ?? nowMs))),
    ]);
  };
}

/** It is first moved on to its next time, so that nothing begins twice. */
async function begin(options: BeginDueOptions, row: ScheduleRow, dueAt: number): Promise<void> {
  const { db, clock } = options;
  const nextAt = findNextOccurrence(ruleOf(row), row.timeZone, clock.nowMs()) ?? null;
  const taken = await db
    .updateTable('schedule')
    .set({ next_at: nextAt, last_at: dueAt, last_outcome: null, last_session_id: null })
    .where('id', '=', row.id)
    .where('next_at', '=', dueAt)
    .returning('id')
    .executeTakeFirst();
  if (taken !== undefined) await attempt(options, row, dueAt, null);
}

async function beginAgain(options: BeginDueOptions, row: ScheduleRow, dueAt: number): Promise<void> {
  const planned = plannedAt(dueAt, row);
  if (planMinutes(planned, options.clock.nowMs()) === undefined) return;
  const taken = await options.db
    .updateTable('schedule')
    .set({ last_outcome: null, last_session_id: null })
    .where('id', '=', row.id)
    .where('last_at', '=', dueAt)
    .where('last_outcome', 'in', PASSING)
    .returning('id')
    .executeTakeFirst();
  if (taken !== undefined) await attempt(options, row, dueAt, row.last_outcome);
}

async function takeUp(options: BeginDueOptions, row: ScheduleRow, dueAt: number): Promise<void> {
  const { db, clock, devices, sessions } = options;
  // Read afresh: whoever had it in hand may have come to its end.
  const fresh = await db
    .selectFrom('schedule')
    .select('last_session_id')
    .where('id', '=', row.id)
    .where('last_at', '=', dueAt)
    .where('last_outcome', 'is', null)
    .executeTakeFirst();
  if (fresh === undefined) return;
  const session = await findSession(db, fresh.last_session_id);
  const deviceOnline = session !== undefined && (await devices.isOnline(session.device_id));
  switch (planTakeUp(session, { nowMs: clock.nowMs(), deviceOnline })) {
    case 'again':
      // Its start came to nothing, but still stands for a recording: the court is opened anew.
      if (session?.start_requested_at != null) await sessions.close(session.id, 'closed');
      return attempt(options, row, dueAt, null);
    case 'started':
      return settle(options, row, dueAt, { outcome: 'started', sessionId: fresh.last_session_id });
    case 'wait':
  }
}

async function findSession(db: Db, sessionId: string | null) {
  if (sessionId === null) return undefined;
  const row = await db.selectFrom('match_session').selectAll().where('id', '=', sessionId).executeTakeFirst();
  return row && { ...row, state: SessionState.parse(row.state) };
}

async function attempt(
  options: BeginDueOptions,
  row: ScheduleRow,
  dueAt: number,
  former: ScheduleOutcome | null,
): Promise<void> {
  const tried = await tryToRecord(options, row, dueAt);
  await settle(options, row, dueAt, tried, former);
}

async function settle(
  { db, audit }: BeginDueOptions,
  row: ScheduleRow,
  dueAt: number,
  { outcome, sessionId }: Attempt,
  former: ScheduleOutcome | null = null,
): Promise<void> {
  await db
    .updateTable('schedule')
    .set({ last_outcome: outcome, last_session_id: sessionId })
    .where('id', '=', row.id)
    .where('last_at', '=', dueAt)
    .execute();
  if (outcome === former) return;
  const detail = { scheduleId: row.id, outcome, ...(sessionId === null ? {} : { sessionId }) };
  await audit.record(undefined, 'schedule.run', row.court_id, detail);
}

async function tryToRecord(options: BeginDueOptions, row: ScheduleRow, dueAt: number): Promise<Attempt> {
  const planned = plannedAt(dueAt, row);
  if (planMinutes(planned, options.clock.nowMs()) === undefined) {
    return { outcome: 'missed', sessionId: null };
  }
  if (!(await mayStill(options.db, row))) return { outcome: 'forbidden', sessionId: null };
  try {
    return await recordPlanned(options, row, planned, (sessionId) => note(options.db, row, dueAt, sessionId));
  } catch (error) {
    if (error instanceof AppError) return { outcome: error.kind, sessionId: sessionOf(error) };
    options.log.error({ err: error, scheduleId: row.id }, 'a planned recording could not begin');
    return { outcome: 'internal', sessionId: null };
  }
}

/** The plan's session, before anything is recorded in it: where this is broken off, nothing is begun a second time. */
async function note(db: Db, row: ScheduleRow, dueAt: number, sessionId: string): Promise<void> {
  await db
    .updateTable('schedule')
    .set({ last_session_id: sessionId })
    .where('id', '=', row.id)
    .where('last_at', '=', dueAt)
    .execute();
}

/** The session that failed tells why. */
function sessionOf({ details: { sessionId } }: AppError): string | null {
  return typeof sessionId === 'string' ? sessionId : null;
}

/** Roles and clubs are read afresh: whoever administers the club no more begins nothing in it. */
async function mayStill(db: Db, row: ScheduleRow): Promise<boolean> {
  const user = await db
    .selectFrom('user')
    .leftJoin('club_member', (join) =>
      join.onRef('club_member.user_id', '=', 'user.id').on('club_member.club_id', '=', row.club_id),
    )
    .select(['user.role', 'club_member.club_id as memberOf'])
    .where('user.id', '=', row.created_by)
    .executeTakeFirst();
  return user?.role === 'SUPER_ADMIN' || (user?.role === 'CLUB_ADMIN' && user.memberOf !== null);
}
