/** Short access tokens for devices: JWTs signed with a key that lies beside the database, not in it. */
import { DEVICE_TOKEN_SECONDS } from '@padelvar/shared/limits';
import { DeviceId } from '@padelvar/shared/ids';
import { jwtVerify, SignJWT } from 'jose';
import type { Kysely } from 'kysely';
import type { DeviceCredential } from '../broker/broker-policy.ts';
import type { Clock } from '../clock.ts';
import type { Tables } from '../db/tables.ts';

export interface DeviceTokens {
  issue(deviceId: string): Promise<{ token: string; expiresInSeconds: number }>;
  /** Undefined where the token is not ours, not a known device's or no longer valid. */
  verify(token: string): Promise<DeviceCredential | undefined>;
}

const ISSUER = 'padelvar';
const AUDIENCE = 'device';
const ALGORITHM = 'HS256';

export function createDeviceTokens(options: {
  db: Kysely<Tables>;
  clock: Clock;
  /** 32 bytes, base64url. */
  secret: string;
  lifeSeconds?: number;
}): DeviceTokens {
  const { db, clock, lifeSeconds = DEVICE_TOKEN_SECONDS } = options;
  const key = Buffer.from(options.secret, 'base64url');

  return {
    async issue(deviceId) {
      const nowSeconds = Math.floor(clock.nowMs() / 1000);
      const token = await new SignJWT()
        .setProtectedHeader({ alg: ALGORITHM })
        .setSubject(deviceId)
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt(nowSeconds)
        .setExpirationTime(nowSeconds + lifeSeconds)
        .sign(key);
      return { token, expiresInSeconds: lifeSeconds };
    },
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: [ALGORITHM],
          issuer: ISSUER,
          audience: AUDIENCE,
          requiredClaims: ['exp', 'sub'],
          currentDate: new Date(clock.nowMs()),
        });
        const deviceId = DeviceId.parse(payload.sub);
        if (!(await isKnown(db, deviceId))) return undefined;
        return { deviceId, expiresAtMs: (payload.exp ?? 0) * 1000 };
      } catch {
        return undefined;
      }
    },
  };
}

async function isKnown(db: Kysely<Tables>, deviceId: string): Promise<boolean> {
  const row = await db.selectFrom('device').select('id').where('id', '=', deviceId).executeTakeFirst();
  return row !== undefined;
}
