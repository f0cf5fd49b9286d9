/**
 * Seals a camera address so that one device alone can open it: X25519 with an ephemeral key, HKDF-SHA-256 over both
 * public keys, AES-256-GCM bound to device and court. The opening half lives on the edge, `link/sealed-camera.ts`.
 */
import {
  createCipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
} from 'node:crypto';
import type { SealedCamera } from '@padelvar/shared/camera';
import { CAMERA_SEAL_INFO, cameraSealContext } from '@padelvar/shared/camera';

/** `sealKey` is the device's raw X25519 public key, base64url. */
export function sealCameraAddress(
  address: string,
  to: { deviceId: string; courtId: string; sealKey: string },
): SealedCamera {
  const ephemeral = generateKeyPairSync('x25519');
  const ephemeralKey = ephemeral.publicKey.export({ format: 'jwk' }).x ?? '';
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: to.sealKey }, format: 'jwk' });
  const secret = diffieHellman({ privateKey: ephemeral.privateKey, publicKey });
  const salt = Buffer.concat([fromBase64Url(ephemeralKey), fromBase64Url(to.sealKey)]);
  const key = Buffer.from(hkdfSync('sha256', secret, salt, CAMERA_SEAL_INFO, 32));
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(cameraSealContext(to.deviceId, to.courtId)));
  const box = Buffer.concat([cipher.update(address, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return { v: 1, ephemeralKey, nonce: nonce.toString('base64url'), box: box.toString('base64url') };
}

function fromBase64Url(text: string): Buffer {
  return Buffer.from(text, 'base64url');
}
