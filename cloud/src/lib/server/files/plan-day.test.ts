import { expect, it } from 'vitest';
import { planDay } from './plan-day.ts';

it.each([
  ['2026-07-01', 'Europe/Paris', '2026-06-30T22:00:00.000Z', '2026-07-01T22:00:00.000Z'],
  ['2026-03-29', 'Europe/Paris', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
  ['2026-10-25', 'Europe/Madrid', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'],
  ['2026-12-31', 'Atlantic/Canary', '2026-12-31T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
])(
  '%s in %s begins and ends by the club’s clock, also where it has 23 or 25 hours',
  (date, zone, from, to) => {
    const day = { timeZone: zone, fromMs: Date.parse(from), toMs: Date.parse(to) };
    expect(planDay(date, zone)).toEqual(day);
  },
);
