/** When a club is open, per weekday in the club's own time zone. */
import { z } from 'zod';
import { WEEKDAYS } from './weekdays.ts';

export const Weekday = z.enum(WEEKDAYS);
export type Weekday = z.infer<typeof Weekday>;

/** `HH:MM` from 00:00 to 24:00. */
const TimeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'expected HH:MM, 00:00 to 24:00');

/** One day's hours. A closing time that is not after the opening time is one of the next day. */
const DayHours = z.object({ opens: TimeOfDay, closes: TimeOfDay });

/** Null on a weekday: closed that day. */
export const OpeningHours = z.object({
  mon: DayHours.nullable(),
  tue: DayHours.nullable(),
  wed: DayHours.nullable(),
  thu: DayHours.nullable(),
  fri: DayHours.nullable(),
  sat: DayHours.nullable(),
  sun: DayHours.nullable(),
});
export type OpeningHours = z.infer<typeof OpeningHours>;

/** When a closed club opens next. */
export const NextOpening = z.object({ weekday: Weekday, time: TimeOfDay });
export type NextOpening = z.infer<typeof NextOpening>;
