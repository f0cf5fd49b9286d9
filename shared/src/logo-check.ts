/** What may be a club's logo: form and portal ask the same of its bytes. Pure, and without schemas: a page takes it along. */
import { readPictureHeader, type PictureHeader } from './picture-header.ts';

/** It comes with a court's page, on a phone's line. */
export const LOGO_MAX_BYTES = 250_000;
/** On either side. A browser takes 16 MiB to draw the largest. */
export const LOGO_MAX_PIXELS = 2048;
export type LogoType = PictureHeader['contentType'];
export const LOGO_TYPES = ['image/png', 'image/jpeg', 'image/webp'] as const satisfies readonly LogoType[];

/** Why some bytes are no logo, the first thing that is wrong. */
export type LogoFault = 'bytes' | 'kind' | 'pixels' | 'moving' | 'cut';

export type LogoCheck = { fault: LogoFault } | { fault: undefined; header: PictureHeader };

export function checkLogo(bytes: Uint8Array): LogoCheck {
  if (bytes.length > LOGO_MAX_BYTES) return { fault: 'bytes' };
  const header = readPictureHeader(bytes);
  if (header === undefined) return { fault: 'kind' };
  const { width, height } = header;
  if (width > LOGO_MAX_PIXELS || height > LOGO_MAX_PIXELS) return { fault: 'pixels' };
  if (header.isAnimated) return { fault: 'moving' };
  if (!header.isWhole || width === 0 || height === 0) return { fault: 'cut' };
  return { fault: undefined, header };
}
