/** The club's numbers, added up by day and by court; pure. */
import type { Statistics } from '@padelvar/shared/club-api';

export interface Sum {
  recordings: number;
  minutes: number;
  failures: number;
}
export type DaySum = Sum & { day: string };
export type CourtSum = Sum & { courtId: string; name: string };

/** Of all courts, or of one. */
export function sumByDay({ days }: Statistics, courtId?: string): DaySum[] {
  const isAsked = (court: { courtId: string }): boolean => courtId === undefined || court.courtId === courtId;
  return days.map(({ day, courts }) => ({ day, ...add(courts.filter(isAsked)) }));
}

/** Courts of the club by name, then those that are there no more. */
export function sumByCourt({ days, courts }: Statistics): CourtSum[] {
  const byCourt = Map.groupBy(
    days.flatMap((day) => day.courts),
    ({ courtId }) => courtId,
  );
  const known = courts.map(({ courtId, name }) => ({ courtId, name, ...add(byCourt.get(courtId) ?? []) }));
  const gone = [...byCourt]
    .filter(([courtId]) => courts.every((court) => court.courtId !== courtId))
    .map(([courtId, own]) => ({ courtId, name: courtId, ...add(own) }));
  return [...known, ...gone];
}

function add(parts: readonly Sum[]): Sum {
  const sum = (name: keyof Sum) => parts.reduce((total, part) => total + part[name], 0);
  return { recordings: sum('recordings'), minutes: sum('minutes'), failures: sum('failures') };
}
