/**
 * Planned recordings. Owns the table `schedule`: what is planned, and what came of the last. A recording that is due is
 * first moved on to its next time and then begun, so that nothing begins twice. Who may plan is the gate's question.
 * May import `db`, `audit`, `sessions`.
 */
import { randomBytes } from 'node:crypto';
import { AppError } from '@padelvar/shared/errors';
import type { Schedule, ScheduleCreate } from '@padelvar/shared/schedule-api';
import { z } from 'zod';
import type { ClubRow } from '../access/objects.ts';
import type { Audit } from '../audit/audit.ts';
import type { Caller } from '../auth/caller.ts';
import type { Clock } from '../clock.ts';
import { parseKeys, planPage, type Page, type PageRequest } from '../db/cursor.ts';
import type { Db } from '../db/database.ts';
import { findNextOccurrence } from './next-occurrence.ts';
import { formatSchedule, ruleOf, selectSchedules } from './schedule-rows.ts';

export interface Schedules {
  /** `not_found` where the court is not this club's, `bad_request` where nothing would ever be due. */
  create(caller: Caller, club: ClubRow, input: z.output<typeof ScheduleCreate>): Promise<Schedule>;
  /** By when it was planned. */
  list(clubId: string, page: PageRequest): Promise<Page<Schedule>>;
  delete(caller: Caller, clubId: string, scheduleId: string): Promise<void>;
  /** The club's time zone changed. What is due by the former one is still begun, or said to be missed. */
  replan(clubId: string): Promise<void>;
}

export interface SchedulesOptions {
  db: Db;
  clock: Clock;
  audit: Audit;
}

/** Planned recordings of one club. */
export const MAX_SCHEDULES = 500;
const Oldest = z.tuple([z.number(), z.string()]);

export function createSchedules({ db, clock, audit }: SchedulesOptions): Schedules {
  return {
    async create(caller, club, input) {
      await requireCourt(db, club.id, input.courtId);
      await refuseTooMany(db, club.id);
      const nextAt = findNextOccurrence(input, club.time_zone, clock.nowMs());
      if (nextAt === undefined) {
        throw new AppError('bad_request', 'expected a day and time that are still to come', {
          field: 'firstDate',
        });
      }
      const id = randomBytes(8).toString('hex');
      await db
        .insertInto('schedule')
        .values({
          ...{ id, club_id: club.id, court_id: input.courtId, label: input.label },
          first_date: input.firstDate,
          last_date: input.lastDate,
          time: input.time,
          weekdays: JSON.stringify(input.weekdays),
          duration_minutes: input.durationMinutes,
          created_by: caller.userId,
          created_at: clock.nowMs(),
          next_at: nextAt,
        })
        .execute();
      await audit.record(caller, 'schedule.create', input.courtId, { scheduleId: id });
      const row = await selectSchedules(db).where('schedule.id', '=', id).executeTakeFirstOrThrow();
      return formatSchedule(row, clock.nowMs());
    },
    async list(clubId, { cursor, limit }) {
      const after = parseKeys(cursor, Oldest);
      let query = selectSchedules(db)
        .where('schedule.club_id', '=', clubId)
        .orderBy('schedule.created_at')
        .orderBy('schedule.id');
      if (after !== undefined) {
        query = query.where((eb) =>
          eb(eb.refTuple('schedule.created_at', 'schedule.id'), '>', eb.tuple(...after)),
        );
      }
      const found = await query.limit(limit + 1).execute();
      const { rows, nextCursor } = planPage(found, limit, (row) => [row.created_at, row.id]);
      return { items: rows.map((row) => formatSchedule(row, clock.nowMs())), nextCursor };
    },
    async delete(caller, clubId, scheduleId) {
      const removed = await db
        .deleteFrom('schedule')
        .where('id', '=', scheduleId)
        .where('club_id', '=', clubId)
        .returning('court_id')
        .executeTakeFirst();
      if (removed === undefined) {
        throw new AppError('not_found', 'expected the id of a planned recording of this club; found none');
      }
      await audit.record(caller, 'schedule.delete', removed.court_id, { scheduleId });
    },
    async replan(clubId) {
      const rows = await selectSchedules(db).where('schedule.club_id', '=', clubId).execute();
      for (const row of rows) {
        const nowMs = clock.nowMs();
        await db
          .updateTable('schedule')
          .set({ next_at: findNextOccurrence(ruleOf(row), row.timeZone, nowMs) ?? null })
          .where('id', '=', row.id)
          .where((eb) => eb.or([eb('next_at', 'is', null), eb('next_at', '>', nowMs)]))
          .execute();
      }
    },
  };
}

async function requireCourt(db: Db, clubId: string, courtId: string): Promise<void> {
  const court = await db
    .selectFrom('court')
    .select('id')
    .where('id', '=', courtId)
    .where('club_id', '=', clubId)
    .executeTakeFirst();
  if (court !== undefined) return;
  throw new AppError('not_found', 'expected the id of a court of this club; found no such court', {
    field: 'courtId',
  });
}

async function refuseTooMany(db: Db, clubId: string): Promise<void> {
  const { planned } = await db
    .selectFrom('schedule')
    .select((eb) => eb.fn.countAll<number>().as('planned'))
    .where('club_id', '=', clubId)
    .executeTakeFirstOrThrow();
  if (planned < MAX_SCHEDULES) return;
  throw new AppError('conflict', `expected fewer than ${MAX_SCHEDULES} planned recordings of a club`, {
    fault: 'too_many',
  });
}
