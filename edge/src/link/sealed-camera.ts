/** Opens a camera address that was sealed to this device (X25519, HKDF-SHA-256, AES-256-GCM). */
import { createDecipheriv, createPublicKey, diffieHellman, hkdfSync } from 'node:crypto';
import {
  CAMERA_SEAL_INFO,
  CameraAddress,
  cameraSealContext,
  type SealedCamera,
} from '@padelvar/shared/camera';
import { AppError } from '@padelvar/shared/errors';
import type { KeyPair } from './identity.ts';

const TAG_BYTES = 16;

/** Throws `bad_request` where it was sealed to another device or court, or altered. */
export function openSealedCamera(
  sealed: SealedCamera,
  to: { deviceId: string; courtId: string; seal: KeyPair },
): string {
  try {
    return CameraAddress.parse(decrypt(sealed, to));
  } catch (error) {
    throw new AppError('bad_request', 'the camera address was not sealed to this device and court', {
      cause: error,
    });
  }
}

function decrypt(
  { ephemeralKey, nonce, box }: SealedCamera,
  { deviceId, courtId, seal }: Parameters<typeof openSealedCamera>[1],
): string {
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: ephemeralKey }, format: 'jwk' });
  const secret = diffieHellman({ privateKey: seal.privateKey, publicKey });
  const salt = Buffer.concat([
    Buffer.from(ephemeralKey, 'base64url'),
    Buffer.from(seal.publicKey, 'base64url'),
  ]);
  const key = Buffer.from(hkdfSync('sha256', secret, salt, CAMERA_SEAL_INFO, 32));
  const bytes = Buffer.from(box, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'));
  decipher.setAAD(Buffer.from(cameraSealContext(deviceId, courtId)));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8');
}
