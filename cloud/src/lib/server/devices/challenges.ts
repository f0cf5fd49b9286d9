/** Nonces that a device signs to get a token: each good once, for a minute, and only a few per device at a time. */
import { createPublicKey, randomBytes, verify } from 'node:crypto';
import { tokenMessage } from '@padelvar/shared/edge-api';
import type { Clock } from '../clock.ts';

export const CHALLENGE_LIFE_MS = 60_000;
const MAX_PER_DEVICE = 8;

export interface Challenges {
  /** For known devices only: what is open is then bounded by their number. */
  create(deviceId: string): string;
  /** Spends a nonce: true once, within its life, for the device it was made for. */
  spend(deviceId: string, nonce: string): boolean;
}

export function createChallenges(clock: Clock): Challenges {
  /** Per device the open nonces and the monotonic instants at which they end. */
  const open = new Map<string, Map<string, number>>();
  return {
    create(deviceId) {
      const nonces = open.get(deviceId) ?? new Map<string, number>();
      open.set(deviceId, nonces);
      const oldest = nonces.keys().next();
      if (nonces.size >= MAX_PER_DEVICE && oldest.done !== true) nonces.delete(oldest.value);
      const nonce = createNonce();
      nonces.set(nonce, clock.monotonicMs() + CHALLENGE_LIFE_MS);
      return nonce;
    },
    spend(deviceId, nonce) {
      const nonces = open.get(deviceId);
      const endsAt = nonces?.get(nonce);
      nonces?.delete(nonce);
      if (nonces?.size === 0) open.delete(deviceId);
      return endsAt !== undefined && clock.monotonicMs() < endsAt;
    },
  };
}

export function createNonce(): string {
  return randomBytes(32).toString('base64url');
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
