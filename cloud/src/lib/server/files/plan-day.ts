/** A day on the wall of a club as two instants (Unix milliseconds): its beginning and the next day's. Pure. */
import { addDays, findInstant, type LocalDate } from '@padelvar/shared/zoned-time';

export interface ZonedDay {
  timeZone: string;
  fromMs: number;
  toMs: number;
}

export function planDay(date: LocalDate, timeZone: string): ZonedDay {
  const begin = (day: LocalDate) => findInstant({ date: day, hour: 0, minute: 0 }, timeZone);
  return { timeZone, fromMs: begin(date), toMs: begin(addDays(date, 1)) };
}
