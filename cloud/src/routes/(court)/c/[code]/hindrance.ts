/** Why somebody can't start on a court, in the reader's language. */
import type { CourtCodeView } from '@padelvar/shared/players-api';
import { WEEKDAYS } from '@padelvar/shared/weekdays';
import { m } from '#lib/paraglide/messages.js';
import { getLocale } from '#lib/paraglide/runtime.js';

/** The 5th of January 1970 was a Monday. */
const FIRST_MONDAY_MS = 4 * 24 * 60 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;

export function describeHindrance({ hindrance, opensNext }: CourtCodeView): string {
  switch (hindrance) {
    case null:
      return '';
    case 'login':
      return m.hindrance_login();
    case 'members':
      return m.hindrance_members();
    case 'role':
      return m.hindrance_role();
    case 'closed':
      return opensNext === null
        ? m.hindrance_closed()
        : m.hindrance_closed_until({ day: nameWeekday(opensNext.weekday), time: opensNext.time });
  }
}

function nameWeekday(weekday: (typeof WEEKDAYS)[number]): string {
  const instant = FIRST_MONDAY_MS + WEEKDAYS.indexOf(weekday) * DAY_MS;
  return new Intl.DateTimeFormat(getLocale(), { weekday: 'long', timeZone: 'UTC' }).format(instant);
}
