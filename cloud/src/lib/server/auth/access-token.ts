/**
 * The bearer token of programs: a JWT signed with better-auth's key (Ed25519, kept encrypted) and verified here
 * against its published keys. It names the login it belongs to, which the caller of `verify` must find alive.
 */
import { createLocalJWKSet, errors, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { BetterAuth } from './better-auth.ts';

/** Longer than the longest recording, so that a program that starts a match can also stop it. */
export const ACCESS_TOKEN_SECONDS = 5 * 60 * 60;

const Claims = z.object({ sub: z.string(), sid: z.string() });

export interface AccessTokens {
  sign(userId: string, authSessionId: string): Promise<string>;
  /** Undefined for anything that is not a valid token of ours. */
  verify(token: string): Promise<{ userId: string; authSessionId: string } | undefined>;
}

export interface AccessTokenOptions {
  auth: BetterAuth;
  clock: Clock;
  origin: string;
}

export function createAccessTokens({ auth, clock, origin }: AccessTokenOptions): AccessTokens {
  const audience = `${origin}/api`;
  let keys: ReturnType<typeof createLocalJWKSet> | undefined;
  const loadKeys = async (): Promise<typeof keys> => {
    const jwks = await auth.api.getJwks();
    keys = createLocalJWKSet(jwks);
    return keys;
  };
  const open = async (token: string): Promise<unknown> => {
    const options = {
      issuer: origin,
      audience,
      algorithms: ['EdDSA'],
      currentDate: new Date(clock.nowMs()),
    };
    const current = keys ?? (await loadKeys());
    if (current === undefined) return undefined;
    return (await jwtVerify(token, current, options)).payload;
  };
  return {
    async sign(userId, authSessionId) {
      const iat = Math.floor(clock.nowMs() / 1000);
      const exp = iat + ACCESS_TOKEN_SECONDS;
      const payload = { sub: userId, sid: authSessionId, iss: origin, aud: audience, iat, exp };
      const { token } = await auth.api.signJWT({ body: { payload } });
      // The first signature makes the first key.
      keys = undefined;
      return token;
    },
    async verify(token) {
      try {
        const claims = Claims.safeParse(await open(token));
        return claims.success ? { userId: claims.data.sub, authSessionId: claims.data.sid } : undefined;
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },
  };
}
