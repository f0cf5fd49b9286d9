/**
 * The simulated camera's eye: a pinhole above and behind the near back wall, as clubs mount theirs.
 * World: metres, origin at the middle of the net on the floor, x to the right, y up, z away from the camera.
 */

export interface Point {
  x: number;
  y: number;
  z: number;
}

/** A point on the picture, pixels; `scale` is pixels per metre at that depth. */
export interface Projected {
  x: number;
  y: number;
  scale: number;
}

export interface View {
  readonly eye: Point;
  readonly width: number;
  readonly height: number;
  project(point: Point): Projected;
  /** Direction (not normalised) of the ray through a pixel position. */
  rayThrough(pixelX: number, pixelY: number): Point;
}

const EYE: Point = { x: 0, y: 7.6, z: -16.2 };
const PITCH_RADIANS = (24.5 * Math.PI) / 180;
/** Focal length as a fraction of the picture's width. */
const FOCAL = 0.86;

export function createView(width: number, height: number): View {
  const focal = FOCAL * width;
  const [sin, cos] = [Math.sin(PITCH_RADIANS), Math.cos(PITCH_RADIANS)];
  return {
    eye: EYE,
    width,
    height,
    project(point) {
      const [x, y, z] = [point.x - EYE.x, point.y - EYE.y, point.z - EYE.z];
      const depth = z * cos - y * sin;
      const scale = focal / depth;
      return { x: width / 2 + x * scale, y: height / 2 - (y * cos + z * sin) * scale, scale };
    },
    rayThrough(pixelX, pixelY) {
      const [right, up] = [(pixelX - width / 2) / focal, (height / 2 - pixelY) / focal];
      return { x: right, y: up * cos - sin, z: up * sin + cos };
    },
  };
}
