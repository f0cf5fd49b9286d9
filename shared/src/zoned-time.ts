/**
 * The clock on a wall and the world's time: which instant a local date and time of a zone is, whatever daylight saving
 * does meanwhile. Pure; by the zone data of the JavaScript engine.
 */

/** A local date, `YYYY-MM-DD`. */
export type LocalDate = string;

export interface WallTime {
  date: LocalDate;
  /** 0 to 23. */
  hour: number;
  /** 0 to 59. */
  minute: number;
}

const HOUR_MS = 60 * 60_000;

/** What the wall shows at an instant (Unix milliseconds). */
export function readWallTime(instantMs: number, timeZone: string): WallTime {
  const value = partsOf(instantMs, timeZone);
  return {
    date: `${value('year').padStart(4, '0')}-${value('month')}-${value('day')}`,
    hour: Number(value('hour')),
    minute: Number(value('minute')),
  };
}

/**
 * The instant (Unix milliseconds) at which the wall shows `wall`. Where it shows it twice, the first; where the clock
 * jumps over it, the instant as far after the jump as the time asked for is after its beginning.
 */
export function findInstant({ date, hour, minute }: WallTime, timeZone: string): number {
  const asIfUtc = Date.parse(`${date}T${pad(hour)}:${pad(minute)}:00Z`);
  // Zones are at most 14 hours from UTC; the offsets half a day around hold the one in force, before and after a jump.
  const offsets = [-14, 0, 14].map((hours) => offsetAt(asIfUtc + hours * HOUR_MS, timeZone));
  const candidates = offsets.map((offset) => asIfUtc - offset).sort((a, b) => a - b);
  const exact = candidates.find((instant) => instant + offsetAt(instant, timeZone) === asIfUtc);
  return exact ?? asIfUtc - Math.min(...offsets);
}

/** The day `days` after a local date. */
export function addDays(date: LocalDate, days: number): LocalDate {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 24 * HOUR_MS).toISOString().slice(0, 10);
}

/** 0 for Monday to 6 for Sunday. */
export function weekdayOf(date: LocalDate): number {
  return (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
}

/** Milliseconds that the wall is ahead of UTC. */
function offsetAt(instantMs: number, timeZone: string): number {
  const value = partsOf(instantMs, timeZone);
  const number = (type: Intl.DateTimeFormatPartTypes): number => Number(value(type));
  const wall = Date.UTC(
    number('year'),
    number('month') - 1,
    number('day'),
    number('hour'),
    number('minute'),
    number('second'),
  );
  return wall - Math.floor(instantMs / 1000) * 1000;
}

function partsOf(instantMs: number, timeZone: string): (type: Intl.DateTimeFormatPartTypes) => string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(instantMs);
  return (type) => parts.find((part) => part.type === type)?.value ?? '';
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
