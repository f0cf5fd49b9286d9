/** A day on the wall of a club as two instants: its beginning and the next day's. Pure. */
import { addDays, findInstant } from '@padelvar/shared/zoned-time';

export function planDay(date: string, timeZone: string): { from: string; to: string } {
  const begin = (day: string) =>
    new Date(findInstant({ date: day, hour: 0, minute: 0 }, timeZone)).toISOString();
  return { from: begin(date), to: begin(addDays(date, 1)) };
}
