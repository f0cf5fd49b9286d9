/** Checks the portal's links to this device's page, without the portal: by its key, which came with a token once. */
import { createPublicKey, verify } from 'node:crypto';
import { AppError } from '@padelvar/shared/errors';
import { WatchClaims, watchMessage, WatchToken } from '@padelvar/shared/watch-link';

export interface WatchTokens {
  /**
   * What the portal said of the visit. Throws `unauthenticated` where the token is not the portal's, is another device's or
   * session's, or has expired.
   */
  admit(token: string, sessionId: string): WatchClaims;
}

export interface WatchTokensOptions {
  deviceId: string;
  /** Raw Ed25519 key, base64url; undefined until the portal has told it. */
  key: () => string | undefined;
  /** The portal's milliseconds, as far as they are known. */
  nowMs: () => number;
}

export function createWatchTokens({ deviceId, key, nowMs }: WatchTokensOptions): WatchTokens {
  return {
    admit(token, sessionId) {
      const claims = openClaims(token, key());
      if (claims === undefined) throw refuse('this link is not one of the portal’s');
      if (claims.deviceId !== deviceId || claims.sessionId !== sessionId)
        throw refuse('this link is for another match');
      if (nowMs() >= claims.expiresAt) throw refuse('this link has expired; the portal gives a new one');
      return claims;
    },
  };
}

/** Undefined where the portal did not sign them. */
function openClaims(token: string, key: string | undefined): WatchClaims | undefined {
  if (key === undefined || !WatchToken.safeParse(token).success) return undefined;
  const [claims = '', signature = ''] = token.split('.');
  try {
    const publicKey = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: key } });
    const message = Buffer.from(watchMessage(claims));
    if (!verify(null, message, publicKey, Buffer.from(signature, 'base64url'))) return undefined;
    return WatchClaims.parse(JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')));
  } catch {
    return undefined;
  }
}

function refuse(message: string): AppError {
  return new AppError('unauthenticated', message);
}
