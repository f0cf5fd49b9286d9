/**
 * Identifiers that every part agrees on. Club and court ids are chosen by people and appear in paths,
 * so their alphabet is closed; session ids carry club, court and second of opening.
 */
import { z } from 'zod';

export const ClubId = z.string().regex(/^[a-z0-9]{1,24}$/, 'expected 1 to 24 characters a-z 0-9');
export const CourtId = z.string().regex(/^[a-z0-9]{1,24}$/, 'expected 1 to 24 characters a-z 0-9');
export const DeviceId = z
  .string()
  .regex(/^dev_[a-z0-9]{8,32}$/, 'expected dev_ and 8 to 32 characters a-z 0-9');
export const SessionId = z
  .string()
  .regex(/^sess_[a-z0-9]{1,24}_[a-z0-9]{1,24}_[0-9]{9,11}$/, 'expected sess_<club>_<court>_<unixSeconds>');
export const CommandId = z
  .string()
  .regex(/^[A-Za-z0-9-]{8,64}$/, 'expected 8 to 64 letters, digits or dashes');

export interface SessionIdParts {
  clubId: string;
  courtId: string;
  openedAtSeconds: number;
}

export function formatSessionId({ clubId, courtId, openedAtSeconds }: SessionIdParts): string {
  return `sess_${clubId}_${courtId}_${String(openedAtSeconds)}`;
}

/** The parts of a session id, or undefined where the text is not one. */
export function parseSessionId(text: string): SessionIdParts | undefined {
  if (!SessionId.safeParse(text).success) return undefined;
  const [, clubId, courtId, seconds] = text.split('_') as [string, string, string, string];
  return { clubId, courtId, openedAtSeconds: Number(seconds) };
}
