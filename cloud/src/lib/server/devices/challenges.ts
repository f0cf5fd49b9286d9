/**
 * Nonces that a device signs to get a token, each good once, for a minute. They carry their own end and seal, so that
 * asking for them leaves nothing behind: nobody crowds out a device's nonce, nor learns which devices there are.
 */
import { createHmac, createPublicKey, randomBytes, timingSafeEqual, verify } from 'node:crypto';
import { tokenMessage } from '@padelvar/shared/edge-api';
import type { Clock } from '../clock.ts';

const CHALLENGE_LIFE_MS = 60_000;

export interface Challenges {
  create(deviceId: string): string;
  /** Whether it was made for this device, is within its life and has not been spent. */
  isOpen(deviceId: string, nonce: string): boolean;
  /** For those that were signed as they should: what is remembered is then bounded by the devices. */
  spend(nonce: string): void;
}

/** Each is good for `lifeMs`. */
export function createChallenges(clock: Pick<Clock, 'monotonicMs'>, lifeMs = CHALLENGE_LIFE_MS): Challenges {
  const secret = randomBytes(32);
  /** Spent nonces, the oldest first, until their end. */
  const spent = new Map<string, number>();
  const seal = (deviceId: string, random: string, endsAtMs: number): string =>
    createHmac('sha256', secret).update(`${deviceId} ${random} ${endsAtMs}`).digest('base64url');
  const format = (deviceId: string, random: string, endsAtMs: number): string =>
    [random, endsAtMs.toString(36), seal(deviceId, random, endsAtMs)].join('.');
  return {
    create(deviceId) {
      const endsAtMs = Math.floor(clock.monotonicMs()) + lifeMs;
      return format(deviceId, randomBytes(16).toString('base64url'), endsAtMs);
    },
    isOpen(deviceId, nonce) {
      const [random = '', end = ''] = nonce.split('.');
      const endsAtMs = Number.parseInt(end, 36);
      const isOurs = isEqual(nonce, format(deviceId, random, endsAtMs));
      return isOurs && clock.monotonicMs() < endsAtMs && !spent.has(nonce);
    },
    spend(nonce) {
      for (const [old, endsAtMs] of spent) if (endsAtMs <= clock.monotonicMs()) spent.delete(old);
      spent.set(nonce, clock.monotonicMs() + lifeMs);
    },
  };
}

function isEqual(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Whether `signature` is the device's over this nonce. `signKey` is its raw Ed25519 public key; all base64url. */
export function isSignedBy(
  signKey: string,
  request: { deviceId: string; nonce: string; signature: string },
): boolean {
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: signKey }, format: 'jwk' });
  const message = Buffer.from(tokenMessage(request.deviceId, request.nonce));
  return verify(null, message, key, Buffer.from(request.signature, 'base64url'));
}
