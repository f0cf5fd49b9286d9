/** What does not move, traced once: the court with a little sensor noise, and the net as a layer of its own. */
import { traceNet, traceRay, type Colour } from './court-rays.ts';
import { createPicture, mixInk, type Picture } from './picture.ts';
import type { View } from './view.ts';

/** Rays per pixel, across and down. */
const RAYS = 3;
/** Luma steps of the sensor's noise; gives the encoder a camera's work to do. */
const NOISE = 2.2;

/** A covered pixel of one plane. */
interface NetPixel {
  plane: 0 | 1 | 2;
  at: number;
  /** Ink already multiplied by its cover. */
  ink: number;
  /** Share of what lies behind that still shows. */
  rest: number;
}

export interface Backdrop {
  /** Fills the picture; `seed` picks one of the noise patterns. */
  paint(picture: Picture, seed: number): void;
  /** Lays the net over what was drawn behind it. */
  paintNet(picture: Picture): void;
}

export function createBackdrop(view: View, noisePatterns = 6): Backdrop {
  const court = tracePicture(view);
  const grainy = Array.from({ length: noisePatterns }, (_, seed) => addNoise(court, seed));
  const net = traceNetLayer(view);
  return {
    paint(picture, seed) {
      picture.bytes.set(grainy[seed % noisePatterns] ?? court.bytes);
    },
    paintNet(picture) {
      paintLayer(picture, net);
    },
  };
}

function tracePicture(view: View): Picture {
  const picture = createPicture(view.width, view.height);
  for (let y = 0; y < view.height; y += 2) {
    for (let x = 0; x < view.width; x += 2) paintQuad(picture, view, x, y);
  }
  return picture;
}

/** Four luma pixels and their one chroma pixel. */
function paintQuad(picture: Picture, view: View, x: number, y: number): void {
  const [luma, blue, red] = picture.planes;
  let [u, v] = [0, 0];
  for (const [px, py] of [
    [x, y],
    [x + 1, y],
    [x, y + 1],
    [x + 1, y + 1],
  ] as const) {
    const ink = mixInk(...vignette(averageRays(view, px, py), view, px, py));
    luma.data[py * luma.width + px] = ink[0] + 0.5;
    u += ink[1] / 4;
    v += ink[2] / 4;
  }
  const at = (y / 2) * blue.width + x / 2;
  blue.data[at] = u + 0.5;
  red.data[at] = v + 0.5;
}

function averageRays(view: View, px: number, py: number): Colour {
  let [r, g, b] = [0, 0, 0];
  for (let n = 0; n < RAYS * RAYS; n += 1) {
    const ray = view.rayThrough(px + ((n % RAYS) + 0.5) / RAYS, py + (Math.floor(n / RAYS) + 0.5) / RAYS);
    const colour = traceRay(view.eye, ray);
    r += colour[0];
    g += colour[1];
    b += colour[2];
  }
  const share = 1 / (RAYS * RAYS);
  return [r * share, g * share, b * share];
}

function vignette(colour: Colour, view: View, px: number, py: number): Colour {
  const away = ((px / view.width - 0.5) * 1.6) ** 2 + (py / view.height - 0.5) ** 2;
  const light = 1 - 0.32 * away;
  return [colour[0] * light, colour[1] * light, colour[2] * light];
}

function addNoise(court: Picture, seed: number): Uint8Array {
  const bytes = Uint8Array.from(court.bytes);
  const luma = court.planes[0].data.length;
  let state = (seed + 1) * 2_654_435_761;
  for (let at = 0; at < luma; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const noise = ((state >>> 24) + ((state >>> 16) & 255) - 255) / 255;
    bytes[at] = Math.min(235, Math.max(16, (bytes[at] ?? 0) + noise * NOISE + 0.5));
  }
  return bytes;
}

function traceNetLayer(view: View): NetPixel[] {
  const bottom = Math.ceil(view.project({ x: 0, y: -0.05, z: 0 }).y / 2) * 2;
  const top = Math.floor(view.project({ x: 0, y: 1, z: 0 }).y / 2) * 2;
  const pixels: NetPixel[] = [];
  for (let y = top; y < bottom; y += 1) {
    for (let x = 0; x < view.width; x += 1) {
      pushPixel(pixels, [0], y * view.width + x, averageNet(view, x, y, 1));
      if ((x % 2) + (y % 2) === 0) {
        pushPixel(pixels, [1, 2], ((y / 2) * view.width) / 2 + x / 2, averageNet(view, x, y, 2));
      }
    }
  }
  return pixels;
}

/** Colour times cover, and cover, over a square of `size` pixels. */
function averageNet(view: View, x: number, y: number, size: number): { sum: Colour; cover: number } {
  const sum: [number, number, number] = [0, 0, 0];
  let cover = 0;
  for (let n = 0; n < RAYS * RAYS; n += 1) {
    const [dx, dy] = [((n % RAYS) + 0.5) / RAYS, (Math.floor(n / RAYS) + 0.5) / RAYS];
    const veil = traceNet(view.eye, view.rayThrough(x + dx * size, y + dy * size));
    if (veil === undefined) continue;
    const share = veil.cover / (RAYS * RAYS);
    cover += share;
    veil.colour.forEach((value, index) => (sum[index as 0 | 1 | 2] += value * share));
  }
  return { sum, cover };
}

function pushPixel(
  pixels: NetPixel[],
  planes: readonly (0 | 1 | 2)[],
  at: number,
  { sum, cover }: { sum: Colour; cover: number },
): void {
  if (cover === 0) return;
  const ink = mixInk(sum[0] / cover, sum[1] / cover, sum[2] / cover);
  for (const plane of planes) pixels.push({ plane, at, ink: ink[plane] * cover + 0.5, rest: 1 - cover });
}

function paintLayer(picture: Picture, layer: readonly NetPixel[]): void {
  for (const { plane, at, ink, rest } of layer) {
    const { data } = picture.planes[plane];
    data[at] = (data[at] ?? 0) * rest + ink;
  }
}
