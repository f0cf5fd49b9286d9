/** Planned recordings as rows, with the names around them, and how they read to people. */
import { Weekday } from '@padelvar/shared/opening-hours';
import type { Schedule } from '@padelvar/shared/schedule-api';
import { EndReason, SessionState } from '@padelvar/shared/session';
import type { Selectable } from 'kysely';
import { formatInstant } from '../clock.ts';
import type { Db } from '../db/database.ts';
import type { ScheduleTable } from '../db/tables.ts';
import type { ScheduleRule } from './next-occurrence.ts';
import { PASSING, planLatest, type Planned } from './plan-attempt.ts';

export type ScheduleRow = Selectable<ScheduleTable> & {
  courtName: string;
  timeZone: string;
  /** The longest recording of the club, by now. */
  maxMinutes: number;
  createdByName: string | null;
  /** Of the last session, by now. */
  lastState: string | null;
  lastReason: string | null;
};

const Weekdays = Weekday.array();

export function selectSchedules(db: Db) {
  return db
    .selectFrom('schedule')
    .innerJoin('court', 'court.id', 'schedule.court_id')
    .innerJoin('club', 'club.id', 'schedule.club_id')
    .leftJoin('user', 'user.id', 'schedule.created_by')
    .leftJoin('match_session', 'match_session.id', 'schedule.last_session_id')
    .selectAll('schedule')
    .select(['court.name as courtName', 'user.name as createdByName'])
    .select(['club.time_zone as timeZone', 'club.max_minutes as maxMinutes'])
    .select(['match_session.state as lastState', 'match_session.reason as lastReason']);
}

export function ruleOf(row: ScheduleRow): ScheduleRule {
  return {
    firstDate: row.first_date,
    lastDate: row.last_date,
    time: row.time,
    weekdays: Weekdays.parse(JSON.parse(row.weekdays)),
  };
}

/** What is to be recorded of one that is due then: no more than its club allows by now. */
export function plannedAt(dueAt: number, { duration_minutes, maxMinutes }: ScheduleRow): Planned {
  return { dueAt, durationMinutes: Math.min(duration_minutes, maxMinutes) };
}

export function formatSchedule(row: ScheduleRow, nowMs: number): Schedule {
  return {
    scheduleId: row.id,
    clubId: row.club_id,
    courtId: row.court_id,
    courtName: row.courtName,
    label: row.label,
    ...ruleOf(row),
    weekdays: [...ruleOf(row).weekdays],
    durationMinutes: row.duration_minutes,
    createdBy: row.createdByName ?? '',
    nextAt: formatInstant(row.next_at),
    lastAt: formatInstant(row.last_at),
    lastOutcome: row.last_outcome,
    triedUntil: formatInstant(findTriedUntil(row, nowMs)),
    lastSessionId: row.last_session_id,
    lastState: row.lastState === null ? null : SessionState.parse(row.lastState),
    lastReason: row.lastReason === null ? null : EndReason.parse(row.lastReason),
  };
}

function findTriedUntil(row: ScheduleRow, nowMs: number): number | null {
  if (row.last_at === null || row.last_outcome === null || !PASSING.includes(row.last_outcome)) return null;
  const untilMs = planLatest(plannedAt(row.last_at, row));
  return nowMs <= untilMs ? untilMs : null;
}
