/** When a planned recording is due next, by the clock on the club's wall, whatever daylight saving does: pure. */
import type { Weekday } from '@padelvar/shared/opening-hours';
import { WEEKDAYS } from '@padelvar/shared/weekdays';
import { addDays, findInstant, readWallTime, weekdayOf, type LocalDate } from '@padelvar/shared/zoned-time';

export interface ScheduleRule {
  firstDate: LocalDate;
  lastDate: LocalDate | null;
  /** `HH:MM`. */
  time: string;
  /** None: once, on the first date. */
  weekdays: readonly Weekday[];
}

/**
 * The first instant after `afterMs` (Unix milliseconds), or undefined where there is none. A time that the clock jumps
 * over is taken as far after the jump; one that it shows twice is taken once, the first time.
 */
export function findNextOccurrence(
  { firstDate, lastDate, time, weekdays }: ScheduleRule,
  timeZone: string,
  afterMs: number,
): number | undefined {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  const instantOn = (date: LocalDate): number => findInstant({ date, hour, minute }, timeZone);
  if (weekdays.length === 0) {
    const only = instantOn(firstDate);
    return only > afterMs ? only : undefined;
  }
  // A day back, for a zone in which an instant of yesterday is still to come.
  const today = addDays(readWallTime(afterMs, timeZone).date, -1);
  const from = today > firstDate ? today : firstDate;
  for (let days = 0; days <= 9; days += 1) {
    const date = addDays(from, days);
    if (lastDate !== null && date > lastDate) return undefined;
    const weekday = WEEKDAYS[weekdayOf(date)];
    if (weekday === undefined || !weekdays.includes(weekday)) continue;
    const instant = instantOn(date);
    if (instant > afterMs) return instant;
  }
  return undefined;
}
