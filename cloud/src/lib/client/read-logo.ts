/** A file that somebody chose to be a club's logo: looked at before it is sent, and shown before it is saved. */
import type { ClubLogo } from '@padelvar/shared/logo';
import { checkLogo, LOGO_MAX_BYTES, type LogoFault } from '@padelvar/shared/logo-check';
import { planGround } from './plan-ground.ts';

export interface ChosenLogo {
  fault: undefined;
  /** Its bytes, called what they are. */
  file: Blob;
  /** As pages show it; its address is the picture itself. */
  logo: ClubLogo;
}

/** Never throws: what can't be read or drawn is `cut`. */
export async function readLogo(file: File): Promise<ChosenLogo | { fault: LogoFault }> {
  if (file.size > LOGO_MAX_BYTES) return { fault: 'bytes' };
  try {
    const bytes = await file.arrayBuffer();
    const check = checkLogo(new Uint8Array(bytes));
    if (check.fault !== undefined) return check;
    const { contentType, width, height } = check.header;
    const picture = new Blob([bytes], { type: contentType });
    const ground = planGround(await drawSmall(picture));
    return { fault: undefined, file: picture, logo: { url: await readUrl(picture), ground, width, height } };
  } catch {
    return { fault: 'cut' };
  }
}

/** Pixels enough to tell light from dark. */
const SIDE = 64;

async function drawSmall(picture: Blob): Promise<Uint8ClampedArray> {
  const bitmap = await createImageBitmap(picture);
  const canvas = document.createElement('canvas');
  canvas.width = SIDE;
  canvas.height = SIDE;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('expected a canvas to draw on');
  context.drawImage(bitmap, 0, 0, SIDE, SIDE);
  bitmap.close();
  return context.getImageData(0, 0, SIDE, SIDE).data;
}

/** The page's policy shows pictures of its own and those that stand in their address. */
function readUrl(picture: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(reader.result as string));
    reader.addEventListener('error', () => reject(new Error('the file could not be read')));
    reader.readAsDataURL(picture);
  });
}
