/** A picture in planar YUV 4:2:0 (BT.709, limited range) and the few shapes that move on it. */
import type { Projected } from './view.ts';

export interface Plane {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Pixels of this plane per pixel of the picture: 1 or 0.5. */
  readonly scale: number;
}

export interface Picture {
  readonly bytes: Buffer;
  /** Luma, then the two chroma planes. */
  readonly planes: readonly [Plane, Plane, Plane];
}

/** One colour as Y, U, V. */
export type Ink = readonly [number, number, number];

/** Width and height are even. */
export function createPicture(width: number, height: number): Picture {
  const luma = width * height;
  const bytes = Buffer.alloc((luma * 3) / 2);
  const chroma = (from: number): Plane => ({
    data: bytes.subarray(from, from + luma / 4),
    width: width / 2,
    height: height / 2,
    scale: 0.5,
  });
  return {
    bytes,
    planes: [
      { data: bytes.subarray(0, luma), width, height, scale: 1 },
      chroma(luma),
      chroma((luma * 5) / 4),
    ],
  };
}

/** Red, green and blue from 0 to 1 as an ink (ITU-R BT.709, limited range). */
export function mixInk(red: number, green: number, blue: number): Ink {
  const luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return [16 + 219 * luma, 128 + (224 * (blue - luma)) / 1.8556, 128 + (224 * (red - luma)) / 1.5748];
}

/** A limb: two circles and what lies between them. `radius` in metres. */
export function drawLimb(
  picture: Picture,
  from: Projected,
  fromRadius: number,
  to: Projected,
  toRadius: number,
  ink: Ink,
): void {
  const [ra, rb] = [fromRadius * from.scale, toRadius * to.scale];
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const lengthSquared = Math.max(dx * dx + dy * dy, 1e-6);
  const box = {
    left: Math.min(from.x - ra, to.x - rb),
    right: Math.max(from.x + ra, to.x + rb),
    top: Math.min(from.y - ra, to.y - rb),
    bottom: Math.max(from.y + ra, to.y + rb),
  };
  blend(picture, box, ink, (x, y, planeScale) => {
    const [px, py] = [x - from.x, y - from.y];
    const along = Math.min(1, Math.max(0, (px * dx + py * dy) / lengthSquared));
    const distance = Math.hypot(px - along * dx, py - along * dy) - (ra + (rb - ra) * along);
    return Math.min(1, Math.max(0, 0.5 - distance * planeScale));
  });
}

/** A soft dark spot; half axes in pixels. */
export function drawShadow(
  picture: Picture,
  at: Projected,
  halfWidth: number,
  halfHeight: number,
  strength: number,
): void {
  const box = {
    left: at.x - halfWidth,
    right: at.x + halfWidth,
    top: at.y - halfHeight,
    bottom: at.y + halfHeight,
  };
  blend(picture, box, mixInk(0.02, 0.06, 0.14), (x, y) => {
    const distance = ((x - at.x) / halfWidth) ** 2 + ((y - at.y) / halfHeight) ** 2;
    return distance >= 1 ? 0 : strength * (1 - distance) ** 1.3;
  });
}

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** `coverage` answers 0 to 1 for a position in picture pixels. */
function blend(
  picture: Picture,
  box: Box,
  ink: Ink,
  coverage: (x: number, y: number, planeScale: number) => number,
): void {
  picture.planes.forEach((plane, index) => {
    const { data, width, height, scale } = plane;
    const value = ink[index] ?? 0;
    const [left, right] = span(box.left * scale, box.right * scale, width);
    const [top, bottom] = span(box.top * scale, box.bottom * scale, height);
    for (let y = top; y < bottom; y += 1) {
      for (let x = left; x < right; x += 1) {
        const share = coverage((x + 0.5) / scale, (y + 0.5) / scale, scale);
        if (share === 0) continue;
        const at = y * width + x;
        const was = data[at] ?? 0;
        data[at] = was + (value - was) * share + 0.5;
      }
    }
  });
}

/** Whole pixels from `from` to `to` with one to spare, inside 0 to `limit`. */
function span(from: number, to: number, limit: number): [number, number] {
  return [Math.max(0, Math.floor(from) - 1), Math.min(limit, Math.ceil(to) + 1)];
}
