/** Dates, durations and sizes as people of the page's language write them. */
import { getLocale } from '#lib/paraglide/runtime.js';

/** `1:02:03` or `2:03`. */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const pad = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
}

/** `2:03.4`: a moment of a movie, to a tenth. */
export function formatExact(seconds: number): string {
  const tenths = Math.round(Math.max(0, seconds) * 10);
  const [point] = new Intl.NumberFormat(getLocale())
    .formatToParts(0.1)
    .filter(({ type }) => type === 'decimal');
  return `${formatClock(tenths / 10)}${point?.value ?? '.'}${tenths % 10}`;
}

/** `12.4`, `90`: tenths where they count. */
export function formatSeconds(seconds: number): string {
  const tenths = seconds < 60 ? 1 : 0;
  const digits = { minimumFractionDigits: tenths, maximumFractionDigits: tenths };
  return new Intl.NumberFormat(getLocale(), digits).format(seconds);
}

/** `1 h 30 min`, `45 min`, `20 s`: one glance, no precision. A number stays with its unit (U+00A0). */
export function formatLength(seconds: number): string {
  if (seconds < 60) return `${Math.max(0, Math.floor(seconds))}\u00a0s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes}\u00a0min`;
  return minutes % 60 === 0
    ? `${minutes / 60}\u00a0h`
    : `${Math.floor(minutes / 60)}\u00a0h ${minutes % 60}\u00a0min`;
}

/** Decimal sizes, as phones show them: `845 MB`, `1.2 GB`. */
export function formatBytes(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** power;
  return new Intl.NumberFormat(getLocale(), {
    style: 'unit',
    unit: units[power] ?? 'byte',
    unitDisplay: 'short',
    maximumFractionDigits: value < 10 && power > 0 ? 1 : 0,
  }).format(value);
}

/** `Sunday 22 November`, with the year where it is not this one. In the time zone given, or else the browser's. */
export function formatDay(instant: string, nowMs: number, timeZone?: string): string {
  const date = new Date(instant);
  return new Intl.DateTimeFormat(getDateLocale(), {
    ...inZone(timeZone),
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(yearOf(date, timeZone) === yearOf(new Date(nowMs), timeZone) ? {} : { year: 'numeric' }),
  }).format(date);
}

function yearOf(date: Date, timeZone: string | undefined): string {
  return new Intl.DateTimeFormat('en', { year: 'numeric', ...inZone(timeZone) }).format(date);
}

/** `19:30`. */
export function formatTime(instant: string, timeZone?: string): string {
  const format = { hour: '2-digit', minute: '2-digit', ...inZone(timeZone) } as const;
  return new Intl.DateTimeFormat(getDateLocale(), format).format(new Date(instant));
}

/** `22 Nov 2026, 19:30`. */
export function formatMoment(instant: string, timeZone?: string): string {
  const format = { dateStyle: 'medium', timeStyle: 'short', ...inZone(timeZone) } as const;
  return new Intl.DateTimeFormat(getDateLocale(), format).format(new Date(instant));
}

/** `22 Nov` of a date without a time. */
export function formatDate(date: string): string {
  const format = { day: 'numeric', month: 'short', timeZone: 'UTC' } as const;
  return new Intl.DateTimeFormat(getDateLocale(), format).format(new Date(`${date}T00:00:00Z`));
}

/** `Monday` for 0 to `Sunday` for 6. */
export function formatWeekday(index: number): string {
  // The fifth of January 1970 was a Monday.
  const day = new Date(Date.UTC(1970, 0, 5 + index));
  return new Intl.DateTimeFormat(getDateLocale(), { weekday: 'long', timeZone: 'UTC' }).format(day);
}

/** `0.25×`. */
export function formatRate(rate: number): string {
  return `${new Intl.NumberFormat(getLocale()).format(rate)}×`;
}

function inZone(timeZone: string | undefined): { timeZone?: string } {
  return timeZone === undefined ? {} : { timeZone };
}

/** `3 minutes ago`. */
export function formatAgo(instant: string, nowMs: number): string {
  const seconds = Math.round((new Date(instant).getTime() - nowMs) / 1000);
  const format = new Intl.RelativeTimeFormat(getLocale(), { numeric: 'auto' });
  if (Math.abs(seconds) < 60) return format.format(seconds, 'second');
  if (Math.abs(seconds) < 3600) return format.format(Math.round(seconds / 60), 'minute');
  if (Math.abs(seconds) < 86_400) return format.format(Math.round(seconds / 3600), 'hour');
  return format.format(Math.round(seconds / 86_400), 'day');
}

/** Days on the calendar of `timeZone` from now to then; none where it is over. */
export function countDays(nowMs: number, instant: string, timeZone: string): number {
  const dayOf = (ms: number): number =>
    Date.parse(new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(ms));
  return Math.max(0, Math.round((dayOf(Date.parse(instant)) - dayOf(nowMs)) / 86_400_000));
}

/** `in 12 days`, `tomorrow`, `today`. */
export function formatInDays(days: number): string {
  return new Intl.RelativeTimeFormat(getLocale(), { numeric: 'auto' }).format(days, 'day');
}

/** `0.4 s`, `12 s`: the age of a picture. A number stays with its unit (U+00A0). */
export function formatAge(ms: number): string {
  const seconds = ms / 1000;
  const number = new Intl.NumberFormat(getLocale(), { maximumFractionDigits: seconds < 10 ? 1 : 0 });
  return `${number.format(seconds)}\u00a0s`;
}

/** Clubs are in Europe: English dates are British, with the day first and 24 hours. */
function getDateLocale(): string {
  const locale = getLocale();
  return locale === 'en' ? 'en-GB' : locale;
}
