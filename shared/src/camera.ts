/** What a camera is on the wire: its kind, its allowed addresses, and the sealed form in which they travel. */
import { z } from 'zod';

export const CAMERA_KINDS = ['rtsp', 'mjpeg', 'still'] as const;
export const CameraKind = z.enum(CAMERA_KINDS);
export type CameraKind = z.infer<typeof CameraKind>;

export const CAMERA_SCHEMES = ['rtsp', 'rtsps', 'http', 'https'] as const;

/**
 * A camera address as a person enters it, credentials included. Only four schemes; no control characters,
 * quotes, spaces or backslashes, so that nothing of it can end a line or a quoted string downstream.
 */
export const CameraAddress = z
  .string()
  .min(1)
  .max(512)
  .refine((text) => !/[\s'"`\\\p{Cc}]/u.test(text), 'expected an address without spaces or quotes')
  .refine(isCameraUrl, 'expected an address with the scheme rtsp, rtsps, http or https and a host');

function isCameraUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return CAMERA_SCHEMES.some((scheme) => url.protocol === `${scheme}:`) && url.hostname !== '';
}

/**
 * A camera address that one device alone can open: X25519 with an ephemeral key, HKDF-SHA-256, AES-256-GCM
 * bound to the court (`aad` = `<deviceId>/<courtId>`). All members base64url.
 */
export const SealedCamera = z.object({
  v: z.literal(1),
  ephemeralKey: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  nonce: z.string().regex(/^[A-Za-z0-9_-]{16}$/),
  box: z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/)
    .max(2048),
});
export type SealedCamera = z.infer<typeof SealedCamera>;

/** HKDF's `info` for the sealing key; its salt is the ephemeral public key followed by the device's. */
export const CAMERA_SEAL_INFO = 'padelvar-camera-v1';

/** The additional data of the seal: an address moved to another court or device does not open. */
export function cameraSealContext(deviceId: string, courtId: string): string {
  return `${deviceId}/${courtId}`;
}
