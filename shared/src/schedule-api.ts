/**
 * The part of the portal's REST API with which recordings are planned. Dates and times are those of the club's own wall;
 * instants are ISO 8601 in UTC.
 */
import { z } from 'zod';
import { ErrorKindSchema } from './errors.ts';
import { ClubId, CourtId, SessionId } from './ids.ts';
import { MAX_DURATION_MINUTES } from './limits.ts';
import { Weekday } from './opening-hours.ts';
import { pageOf } from './page.ts';
import { EndReason, SessionState } from './session.ts';

const Instant = z.iso.datetime();
const ClockTime = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'expected HH:MM, 00:00 to 23:59');

export const ScheduleId = z.string().regex(/^[a-f0-9]{16}$/, 'expected 16 characters 0-9 a-f');

export const ScheduleCreate = z
  .object({
    courtId: CourtId,
    label: z.string().trim().max(80).default(''),
    /** The day itself, or the first that counts where weekdays are given. */
    firstDate: z.iso.date(),
    /** The last that counts; null: without end. */
    lastDate: z.iso.date().nullable().default(null),
    time: ClockTime,
    /** Each week on these; none: once, on the first date. */
    weekdays: z.array(Weekday).max(7).default([]),
    durationMinutes: z
      .int()
      .min(1, `expected 1 to ${String(MAX_DURATION_MINUTES)} minutes`)
      .max(MAX_DURATION_MINUTES, `expected 1 to ${String(MAX_DURATION_MINUTES)} minutes`),
  })
  .refine(({ firstDate, lastDate }) => lastDate === null || lastDate >= firstDate, {
    path: ['lastDate'],
    error: 'expected a day that is not before the first',
  });

/**
 * What came of one that was due: `started`; `missed` where the portal was away; `forbidden` where whoever planned it
 * administers the club no more; or another kind of error that stood in the way.
 */
export const ScheduleOutcome = z.enum(['started', 'missed', ...ErrorKindSchema.options]);
export type ScheduleOutcome = z.infer<typeof ScheduleOutcome>;

export const Schedule = z.object({
  scheduleId: ScheduleId,
  clubId: ClubId,
  courtId: CourtId,
  courtName: z.string(),
  label: z.string(),
  firstDate: z.iso.date(),
  lastDate: z.iso.date().nullable(),
  time: ClockTime,
  weekdays: z.array(Weekday),
  durationMinutes: z.int(),
  createdBy: z.string(),
  /** Null: there is no further one. */
  nextAt: Instant.nullable(),
  lastAt: Instant.nullable(),
  /** Null: it is just being begun. */
  lastOutcome: ScheduleOutcome.nullable(),
  /** Until when the last is tried again; null where it is not. */
  triedUntil: Instant.nullable(),
  lastSessionId: SessionId.nullable(),
  /** Of that session, by now. */
  lastState: SessionState.nullable(),
  lastReason: EndReason.nullable(),
});
export type Schedule = z.infer<typeof Schedule>;
export const ScheduleList = pageOf(Schedule);
export const ScheduleRef = z.object({ clubId: ClubId, scheduleId: ScheduleId });
