/** What holds at a club's courts, between the API and the columns of `club`. */
import { OpeningHours } from '@padelvar/shared/opening-hours';
import type { Club } from '@padelvar/shared/portal-api';
import type { Selectable, Updateable } from 'kysely';
import type { ClubTable } from '../db/tables.ts';

type Rules = Pick<Club, 'guestsAllowed' | 'openingHours' | 'nextGroup' | 'nextGroupIdleMinutes'>;
export type RuleColumns = Pick<
  Selectable<ClubTable>,
  'guests_allowed' | 'opening_hours' | 'next_group' | 'next_group_idle_minutes'
>;

export const CLUB_RULES = [
  'club.guests_allowed',
  'club.opening_hours',
  'club.next_group',
  'club.next_group_idle_minutes',
] as const;

export function readRules(row: RuleColumns): Rules {
  return {
    guestsAllowed: row.guests_allowed === 1,
    openingHours: row.opening_hours === null ? null : OpeningHours.parse(JSON.parse(row.opening_hours)),
    nextGroup: row.next_group,
    nextGroupIdleMinutes: row.next_group_idle_minutes,
  };
}

type Changes = { [Name in keyof Rules]?: Rules[Name] | undefined };

/** The columns that change. */
export function planRules(changes: Changes): Updateable<ClubTable> {
  const { guestsAllowed, openingHours, nextGroup, nextGroupIdleMinutes } = changes;
  return {
    ...(guestsAllowed === undefined ? {} : { guests_allowed: guestsAllowed ? 1 : 0 }),
    ...(openingHours === undefined
      ? {}
      : { opening_hours: openingHours === null ? null : JSON.stringify(openingHours) }),
    ...(nextGroup === undefined ? {} : { next_group: nextGroup }),
    ...(nextGroupIdleMinutes === undefined ? {} : { next_group_idle_minutes: nextGroupIdleMinutes }),
  };
}
