/** Which ground a logo is read on, by its pixels. Pure. */
import type { LogoGround } from '@padelvar/shared/logo';

/** As light as this, on the average, it is lost on white. */
const LIGHT = 0.55;
/** Of the picture: whoever brings their own ground needs none. */
const CLEAR_SHARE = 0.02;

/** `pixels` are red, green, blue and alpha, 0 to 255 each. Only what is clear somewhere needs a dark ground. */
export function planGround(pixels: Uint8ClampedArray): LogoGround {
  let seen = 0;
  let light = 0;
  for (let at = 0; at < pixels.length; at += 4) {
    const share = (pixels[at + 3] ?? 0) / 255;
    const [red = 0, green = 0, blue = 0] = pixels.subarray(at, at + 3);
    seen += share;
    light += (share * (0.2126 * red ** 2.2 + 0.7152 * green ** 2.2 + 0.0722 * blue ** 2.2)) / 255 ** 2.2;
  }
  const total = pixels.length / 4;
  if (seen === 0 || seen > total * (1 - CLEAR_SHARE)) return 'light';
  return light / seen > LIGHT ? 'dark' : 'light';
}
