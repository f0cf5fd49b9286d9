/** The device's short access token: got by signing a nonce, shared by all who ask at once, renewed before it ends. */
import { sign } from 'node:crypto';
import { ChallengeResponse, tokenMessage, TokenResponse } from '@padelvar/shared/edge-api';
import type { Clock } from '../base/clock.ts';
import type { DeviceEnrollment, Identity } from './identity.ts';
import { fetchPortal } from './portal-fetch.ts';
import type { PortalTime } from './portal-time.ts';

export interface AccessToken {
  token: string;
  /** Monotonic instant from which a new one is due, 80 % into its life. */
  renewAtMs: number;
}

export interface DeviceToken {
  /** A token that is good for a while yet. */
  get(): Promise<AccessToken>;
  /** The portal refused this one: the next `get` brings another. */
  discard(token: string): void;
}

const RENEW_AFTER = 0.8;

export function createDeviceToken(options: {
  enrollment: DeviceEnrollment;
  identity: Identity;
  clock: Clock;
  time: PortalTime;
  /** The portal's key for links to this device's page. */
  onWatchKey?: ((key: string) => void) | undefined;
}): DeviceToken {
  const { clock } = options;
  let current: AccessToken | undefined;
  let renewing: Promise<AccessToken> | undefined;
  return {
    get() {
      if (current !== undefined && clock.monotonicMs() < current.renewAtMs) return Promise.resolve(current);
      renewing ??= requestToken(options)
        .then((token) => (current = token))
        .finally(() => (renewing = undefined));
      return renewing;
    },
    discard(token) {
      if (current?.token === token) current = undefined;
    },
  };
}

async function requestToken({
  enrollment: { portalOrigin, deviceId },
  identity,
  clock,
  time,
  onWatchKey,
}: Parameters<typeof createDeviceToken>[0]): Promise<AccessToken> {
  const challenge = await fetchPortal(portalOrigin, '/api/edge/challenge', { json: { deviceId } });
  const { nonce } = ChallengeResponse.parse(await challenge.json());
  const message = Buffer.from(tokenMessage(deviceId, nonce));
  const signature = sign(null, message, identity.sign.privateKey).toString('base64url');
  const sentAtMs = clock.monotonicMs();
  const answer = await fetchPortal(portalOrigin, '/api/edge/token', { json: { deviceId, nonce, signature } });
  const { token, expiresInSeconds, serverTime, watchKey } = TokenResponse.parse(await answer.json());
  if (watchKey !== undefined) onWatchKey?.(watchKey);
  time.learn(serverTime, sentAtMs);
  return { token, renewAtMs: sentAtMs + expiresInSeconds * 1000 * RENEW_AFTER };
}
