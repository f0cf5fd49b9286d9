/** What holds at a club's courts, between the API and the columns of `club`. */
import { OpeningHours } from '@padelvar/shared/opening-hours';
import type { LogoGround } from '@padelvar/shared/logo';
import type { Club } from '@padelvar/shared/portal-api';
import type { Selectable, Updateable } from 'kysely';
import type { ClubTable } from '../db/tables.ts';

type Rules = Omit<Club, 'clubId' | 'name' | 'timeZone' | 'courts' | 'logo'>;
export type RuleColumns = Pick<
  Selectable<ClubTable>,
  | 'guests_allowed'
  | 'opening_hours'
  | 'next_group'
  | 'next_group_idle_minutes'
  | 'default_minutes'
  | 'max_minutes'
  | 'retention_days'
  | 'brand_color'
  | 'join_open'
>;

export const CLUB_RULES = [
  'club.guests_allowed',
  'club.opening_hours',
  'club.next_group',
  'club.next_group_idle_minutes',
  'club.default_minutes',
  'club.max_minutes',
  'club.retention_days',
  'club.brand_color',
  'club.join_open',
] as const;

export function readRules(row: RuleColumns): Rules {
  return {
    guestsAllowed: row.guests_allowed === 1,
    openingHours: row.opening_hours === null ? null : OpeningHours.parse(JSON.parse(row.opening_hours)),
    nextGroup: row.next_group,
    nextGroupIdleMinutes: row.next_group_idle_minutes,
    defaultMinutes: row.default_minutes,
    maxMinutes: row.max_minutes,
    retentionDays: row.retention_days,
    brandColor: row.brand_color,
    anybodyMayJoin: row.join_open === 1,
  };
}

type Changes = { [Name in keyof Rules]?: Rules[Name] | undefined } & { logoGround?: LogoGround | undefined };

/** The columns that change. */
export function planRules(changes: Changes): Updateable<ClubTable> {
  const { guestsAllowed, openingHours, nextGroup, nextGroupIdleMinutes } = changes;
  const { defaultMinutes, maxMinutes, retentionDays, brandColor, anybodyMayJoin, logoGround } = changes;
  return {
    ...(guestsAllowed === undefined ? {} : { guests_allowed: guestsAllowed ? 1 : 0 }),
    ...(openingHours === undefined
      ? {}
      : { opening_hours: openingHours === null ? null : JSON.stringify(openingHours) }),
    ...(nextGroup === undefined ? {} : { next_group: nextGroup }),
    ...(nextGroupIdleMinutes === undefined ? {} : { next_group_idle_minutes: nextGroupIdleMinutes }),
    ...(defaultMinutes === undefined ? {} : { default_minutes: defaultMinutes }),
    ...(maxMinutes === undefined ? {} : { max_minutes: maxMinutes }),
    ...(retentionDays === undefined ? {} : { retention_days: retentionDays }),
    ...(brandColor === undefined ? {} : { brand_color: brandColor }),
    ...(anybodyMayJoin === undefined ? {} : { join_open: anybodyMayJoin ? 1 : 0 }),
    ...(logoGround === undefined ? {} : { logo_ground: logoGround }),
  };
}
