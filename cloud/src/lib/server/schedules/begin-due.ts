/** Begins the planned recordings that are due: in the name of whoever planned them, as long as they still may. */
import { AppError } from '@padelvar/shared/errors';
import type { Audit } from '../audit/audit.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import type { Logger } from '../log.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { findNextOccurrence } from './next-occurrence.ts';
import { ruleOf, selectSchedules, type ScheduleRow } from './schedule-rows.ts';

/** What is due longer than this is over: the portal was away, and a match is not begun in its middle. */
export const LATE_MS = 10 * 60_000;

export interface BeginDueOptions {
  db: Db;
  clock: Clock;
  log: Logger;
  audit: Audit;
  sessions: Pick<Sessions, 'open' | 'start'>;
}

interface Outcome {
  outcome: string;
  sessionId: string | null;
}

/** Courts that are due together begin together. */
export async function beginDue(options: BeginDueOptions): Promise<void> {
  const { db, clock } = options;
  const due = await selectSchedules(db).where('schedule.next_at', '<=', clock.nowMs()).execute();
  await Promise.all(due.map((row) => begin(options, row)));
}

async function begin(options: BeginDueOptions, row: ScheduleRow): Promise<void> {
  const { db, clock, audit } = options;
  const nowMs = clock.nowMs();
  const dueAt = row.next_at ?? nowMs;
  const taken = await db
    .updateTable('schedule')
    .set({ next_at: findNextOccurrence(ruleOf(row), row.timeZone, nowMs) ?? null, last_at: dueAt })
    .where('id', '=', row.id)
    .where('next_at', '=', dueAt)
    .returning('id')
    .executeTakeFirst();
  if (taken === undefined) return;
  const { outcome, sessionId } =
    nowMs - dueAt > LATE_MS ? { outcome: 'missed', sessionId: null } : await record(options, row, dueAt);
  await db
    .updateTable('schedule')
    .set({ last_outcome: outcome, last_session_id: sessionId })
    .where('id', '=', row.id)
    .execute();
  const detail = { scheduleId: row.id, outcome, ...(sessionId === null ? {} : { sessionId }) };
  await audit.record(undefined, 'schedule.run', row.court_id, detail);
}

async function record(
  { db, sessions, log }: BeginDueOptions,
  row: ScheduleRow,
  dueAt: number,
): Promise<Outcome> {
  let sessionId: string | null = null;
  try {
    if (!(await mayStill(db, row))) return { outcome: 'forbidden', sessionId };
    sessionId = await open(sessions, row, dueAt);
    await sessions.start(sessionId, row.duration_minutes);
    return { outcome: 'started', sessionId };
  } catch (error) {
    if (error instanceof AppError) return { outcome: error.kind, sessionId };
    log.error({ err: error, scheduleId: row.id }, 'a planned recording could not begin');
    return { outcome: 'internal', sessionId };
  }
}

/** A camera that takes its time is waited for: the start is asked for all the same. */
async function open(sessions: Pick<Sessions, 'open'>, row: ScheduleRow, dueAt: number): Promise<string> {
  try {
    const key = `schedule-${row.id}-${dueAt}`;
    return (await sessions.open({ userId: row.created_by }, row.court_id, key)).sessionId;
  } catch (error) {
    const late =
      error instanceof AppError && error.kind === 'timeout' ? error.details['sessionId'] : undefined;
    if (typeof late === 'string') return late;
    throw error;
  }
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
