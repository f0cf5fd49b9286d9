/** What is wrong with a camera address before it is sent; the portal checks again. Pure. */
import { CAMERA_SCHEMES } from '@padelvar/shared/camera';

export type CameraAddressFault = 'length' | 'space' | 'scheme';

/** Undefined where the address may be sent. */
export function findCameraAddressFault(text: string): CameraAddressFault | undefined {
  if (text.length > 512) return 'length';
  if (/[\s'"`\\]/.test(text)) return 'space';
  if (!URL.canParse(text)) return 'scheme';
  const url = new URL(text);
  const known = CAMERA_SCHEMES.some((scheme) => url.protocol === `${scheme}:`);
  return known && url.hostname !== '' ? undefined : 'scheme';
}
