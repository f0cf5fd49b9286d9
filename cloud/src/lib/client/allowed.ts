/**
 * What to offer to whom. Only for showing or hiding: the portal decides each request by itself.
 * Source: the table of roles that the portal's access gate implements.
 */
import type { Me, Session } from '@padelvar/shared/portal-api';

type Who = Pick<Me, 'userId' | 'role' | 'clubIds'>;

export function canRecord({ role }: Who): boolean {
  return role !== 'SUPPORT';
}

export function canSeeVideos({ role }: Who): boolean {
  return role !== 'SUPPORT';
}

/** Start, stop or close somebody's session. */
export function canControl(who: Who, session: Pick<Session, 'ownerId' | 'clubId'>): boolean {
  if (who.role === 'SUPER_ADMIN') return true;
  if (who.role === 'CLUB_ADMIN' && who.clubIds.includes(session.clubId)) return true;
  return who.role !== 'SUPPORT' && session.ownerId === who.userId;
}

/** Decide on an objection to a video, give it to another player or to the authorities. */
export function canDecide(who: Who, video: { clubId: string }): boolean {
  return who.role === 'SUPER_ADMIN' || (who.role === 'CLUB_ADMIN' && who.clubIds.includes(video.clubId));
}

/** One picture of a court that is not one's own, for a reason that is written down. */
export function canLook(
  { role }: Who,
  { state, deviceOnline }: Pick<Session, 'state' | 'deviceOnline'>,
): boolean {
  return role === 'SUPPORT' && deviceOnline && ['created', 'starting', 'recording'].includes(state);
}

export function canManageCourts({ role }: Who): boolean {
  return role === 'SUPER_ADMIN' || role === 'CLUB_ADMIN';
}

/** The pages of clubs, to read them at least. */
export function canSeeClubs({ role }: Who): boolean {
  return role !== 'PLAYER';
}

/** Every club and every user, to read them at least. */
export function canSeeUsers({ role }: Who): boolean {
  return role === 'SUPER_ADMIN' || role === 'SUPPORT';
}

export function canSeeDevices({ role }: Who): boolean {
  return role === 'SUPER_ADMIN' || role === 'SUPPORT';
}

/** The log of who did what. */
export function canReadAudit({ role }: Who): boolean {
  return role === 'SUPER_ADMIN' || role === 'SUPPORT';
}

export function isSuperAdmin({ role }: Who): boolean {
  return role === 'SUPER_ADMIN';
}
