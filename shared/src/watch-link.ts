/**
 * Links from the portal to a device's own page on the club's network, for a match that is not in the library yet:
 * `http://<address>:<port>/watch/<sessionId>?token=<token>`. The portal signs (Ed25519), the device checks without it.
 * A token is `<claims>.<signature>`, both base64url; the claims are JSON of {@link WatchClaims}.
 */
import { z } from 'zod';
import { DeviceId, SessionId } from './ids.ts';

/** How long a link is good for. */
export const WATCH_LINK_SECONDS = 15 * 60;

/** UTF-16 units: with one so long a token is still a {@link WatchToken}. */
export const WATCH_FILE_NAME_LENGTH = 160;

export const WatchClaims = z.object({
  deviceId: DeviceId,
  sessionId: SessionId,
  /** Unix milliseconds of the portal. */
  expiresAt: z.int().nonnegative(),
  /** What the movie is saved as; the session's id where it is left out. */
  fileName: z.string().min(1).max(WATCH_FILE_NAME_LENGTH).optional(),
});
export type WatchClaims = z.infer<typeof WatchClaims>;

export const WatchToken = z
  .string()
  .max(1024)
  .regex(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}$/, 'expected the token of a link');

/** What is signed. The domain prefix keeps the signature from being of use elsewhere. */
export function watchMessage(claims: string): string {
  return `padelvar-watch-link-v1\n${claims}`;
}

export function watchPath(sessionId: string): string {
  return `/watch/${sessionId}`;
}
