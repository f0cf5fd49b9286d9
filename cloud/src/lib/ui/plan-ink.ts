/** Which of black and white is read on a colour: whichever stands out more (WCAG 2.2, 1.4.3), 4.58 to 1 at least. Pure. */

export type Ink = 'white' | 'black';

/** `color` is `#rrggbb`. */
export function planInk(color: string): Ink {
  const light = luminanceOf(color);
  return contrast(1, light) >= contrast(light, 0) ? 'white' : 'black';
}

/** From 1 to 21. */
export function contrastOf(color: string, ink: Ink): number {
  const light = luminanceOf(color);
  return ink === 'white' ? contrast(1, light) : contrast(light, 0);
}

function contrast(lighter: number, darker: number): number {
  return (lighter + 0.05) / (darker + 0.05);
}

/** Relative luminance of sRGB, 0 to 1. */
function luminanceOf(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
