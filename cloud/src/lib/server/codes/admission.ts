/** Who may start on a court by its code, and if not, why: pure. The gate decides the same by `court-code`. */
import type { CourtCodeView, Hindrance } from '@padelvar/shared/players-api';
import { decide, isGuest, type Visitor } from '../access/decide.ts';
import { isOpenAt } from '../clubs/opening-hours.ts';
import type { CodedCourt } from './court-codes.ts';

/** Whether anybody with the code may record now. */
export function areGuestsWelcome(coded: CodedCourt, nowMs: number): boolean {
  return coded.guestsAllowed && isOpenAt(coded.openingHours, coded.timeZone, nowMs);
}

/** Null where the visitor may start. */
export function planHindrance(visitor: Visitor, coded: CodedCourt, nowMs: number): Hindrance | null {
  const guestsWelcome = areGuestsWelcome(coded, nowMs);
  const object = { kind: 'court-code', clubId: coded.court.club_id, guestsWelcome } as const;
  if (decide(visitor, 'session.open', object) === 'allow') return null;
  const isKnown = visitor !== undefined && !isGuest(visitor);
  if (isKnown && visitor.role === 'SUPPORT') return 'role';
  if (coded.guestsAllowed) return 'closed';
  return isKnown ? 'members' : 'login';
}

export function planCourtState(
  court: { device_id: string | null; camera_sealed: string | null },
  { busy, deviceOnline }: { busy: boolean; deviceOnline: boolean },
): CourtCodeView['state'] {
  if (court.device_id === null || court.camera_sealed === null) return 'noCamera';
  if (busy) return 'busy';
  return deviceOnline ? 'free' : 'offline';
}
