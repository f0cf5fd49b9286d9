/** Whether a club is open at an instant, and when it opens next, by the clock on its wall: pure. */
import type { NextOpening, OpeningHours, Weekday } from '@padelvar/shared/opening-hours';
import { WEEKDAYS } from '@padelvar/shared/weekdays';

interface WallTime {
  weekday: Weekday;
  /** Minutes since midnight. */
  minute: number;
}

/** Without hours a club is always open. */
export function isOpenAt(hours: OpeningHours | null, timeZone: string, nowMs: number): boolean {
  if (hours === null) return true;
  const { weekday, minute } = readWallTime(timeZone, nowMs);
  const today = spanOf(hours, weekday);
  const yesterday = spanOf(hours, shift(weekday, -1));
  const isOfToday = today !== undefined && minute >= today.from && minute < today.to;
  return isOfToday || (yesterday !== undefined && minute + DAY_MINUTES < yesterday.to);
}

/** The next time at which a day begins that is not a day of rest; null where there is none, or none is needed. */
export function findNextOpening(
  hours: OpeningHours | null,
  timeZone: string,
  nowMs: number,
): NextOpening | null {
  if (hours === null) return null;
  const now = readWallTime(timeZone, nowMs);
  for (let days = 0; days <= 7; days += 1) {
    const weekday = shift(now.weekday, days);
    const opens = hours[weekday]?.opens;
    if (opens !== undefined && (days > 0 || minuteOf(opens) > now.minute)) return { weekday, time: opens };
  }
  return null;
}

const DAY_MINUTES = 24 * 60;

/** In minutes of the day it begins on; beyond 24 hours where it closes after midnight. */
function spanOf(hours: OpeningHours, weekday: Weekday): { from: number; to: number } | undefined {
  const day = hours[weekday];
  if (day === null) return undefined;
  const from = minuteOf(day.opens);
  const to = minuteOf(day.closes);
  return { from, to: to > from ? to : to + DAY_MINUTES };
}

function minuteOf(time: string): number {
  const [hour, minute] = time.split(':');
  return Number(hour) * 60 + Number(minute);
}

function shift(weekday: Weekday, days: number): Weekday {
  const index = (WEEKDAYS.indexOf(weekday) + days + 7) % 7;
  return WEEKDAYS[index] ?? weekday;
}

function readWallTime(timeZone: string, nowMs: number): WallTime {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(nowMs);
  const read = (type: string): string => parts.find((part) => part.type === type)?.value ?? '';
  const weekday = WEEKDAYS.find((name) => name === read('weekday').toLowerCase()) ?? 'mon';
  return { weekday, minute: Number(read('hour')) * 60 + Number(read('minute')) };
}
