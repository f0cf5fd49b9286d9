import { generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { WATCH_FILE_NAME_LENGTH, WATCH_LINK_SECONDS, watchMessage } from '@padelvar/shared/watch-link';
import { expect, test } from 'vitest';
import { createWatchTokens } from './watch-tokens.ts';

const DEVICE = 'dev_0123456789abcdef';
const SESSION = 'sess_club_c1_1700000000';
const NOW = 1_700_000_000_000;
const portal = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ed25519');
const rawKey = (key: KeyObject): string => key.export({ format: 'jwk' }).x ?? '';

function tokenOf(claims: object, key = portal.privateKey, message = watchMessage): string {
  const text = Buffer.from(JSON.stringify(claims)).toString('base64url');
  return `${text}.${sign(null, Buffer.from(message(text)), key).toString('base64url')}`;
}

const CLAIMS = { deviceId: DEVICE, sessionId: SESSION, expiresAt: NOW + WATCH_LINK_SECONDS * 1000 };
const GOOD = tokenOf(CLAIMS);

function open(nowMs = NOW, key: string | undefined = rawKey(portal.publicKey)) {
  return createWatchTokens({ deviceId: DEVICE, key: () => key, nowMs: () => nowMs });
}

test('the portal’s link to this device and match is good for 15 minutes, without the portal', () => {
  expect(() => open().admit(GOOD, SESSION)).not.toThrow();
  expect(() => open(CLAIMS.expiresAt - 1).admit(GOOD, SESSION)).not.toThrow();
  expect(() => open(CLAIMS.expiresAt).admit(GOOD, SESSION)).toThrow('expired');
});

test('a link says what the movie is saved as, in no more than so many signs', () => {
  const fileName = 'Padel Lyon - Court 1 - 2026-06-02 00h05.mp4';
  expect(open().admit(tokenOf({ ...CLAIMS, fileName }), SESSION)).toEqual({ ...CLAIMS, fileName });
  expect(open().admit(GOOD, SESSION).fileName).toBeUndefined();
  const tooLong = tokenOf({ ...CLAIMS, fileName: 'x'.repeat(WATCH_FILE_NAME_LENGTH + 1) });
  expect(() => open().admit(tooLong, SESSION)).toThrow('not one of the portal’s');
});

test.each([
  ['of another device', tokenOf({ ...CLAIMS, deviceId: 'dev_ffffffffffffffff' })],
  ['of another match', tokenOf({ ...CLAIMS, sessionId: 'sess_club_c1_1700000001' })],
  ['that somebody else signed', tokenOf(CLAIMS, stranger.privateKey)],
  [
    'signed for something else',
    tokenOf(CLAIMS, portal.privateKey, (claims) => `padelvar-device-token-v1\n${claims}`),
  ],
  ['without an end', tokenOf({ deviceId: DEVICE, sessionId: SESSION })],
  [
    'whose claims were changed',
    `${Buffer.from(JSON.stringify({ ...CLAIMS, expiresAt: NOW * 2 })).toString('base64url')}.${GOOD.split('.')[1] ?? ''}`,
  ],
  ['that is none', 'nonsense'],
  ['that is empty', ''],
])('a link %s is refused', (_what, token) => {
  expect(() => open().admit(token, SESSION)).toThrow(expect.objectContaining({ kind: 'unauthenticated' }));
});

test('a device that never heard the portal’s key admits nobody', () => {
  const tokens = createWatchTokens({ deviceId: DEVICE, key: () => undefined, nowMs: () => NOW });
  expect(() => tokens.admit(GOOD, SESSION)).toThrow(expect.objectContaining({ kind: 'unauthenticated' }));
});
