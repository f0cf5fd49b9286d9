/** What an `<img>` or a `<video>` of a page shows right now, read by the number drawn in each simulated frame. */
import type { Locator } from 'playwright-core';
import { expect } from 'vitest';
import { parseStrip, STRIP, STRIP_BLOCKS } from '../../edge/src/simulate/clip/frame-strip.ts';

/** Where the number stands in a picture, for functions that run in a page. */
export const STRIP_PLACE = { ...STRIP, blocks: STRIP_BLOCKS };

/** The frame's place in the clip; undefined while there is no picture, or none with a number. */
export async function readShownNumber(element: Locator): Promise<number | undefined> {
  return parseStrip(await element.evaluate(measureStrip, STRIP_PLACE));
}

/** Looks until `count` different frames were shown; their numbers in the order seen. */
export async function watchFrames(element: Locator, count: number): Promise<number[]> {
  const seen: number[] = [];
  const look = async (): Promise<number> => {
    const number = await readShownNumber(element);
    if (number !== undefined && number !== seen.at(-1)) seen.push(number);
    return seen.length;
  };
  await expect.poll(look, { timeout: 15_000, interval: 100 }).toBeGreaterThanOrEqual(count);
  return seen;
}

/** As much of the page's canvas and pictures as is asked for here. */
interface Canvas {
  width: number;
  height: number;
  getContext(kind: '2d'): {
    drawImage(picture: PictureElement, ...place: number[]): void;
    getImageData(left: number, top: number, width: number, height: number): { data: Uint8ClampedArray };
  };
}
interface PictureElement {
  readonly naturalWidth?: number;
  readonly naturalHeight?: number;
  readonly videoWidth?: number;
  readonly videoHeight?: number;
  readonly ownerDocument: { createElement(name: 'canvas'): Canvas };
}

/** Runs in the page: how bright each block of the strip is, 0 to 255; none while there is no picture. */
export function measureStrip(picture: PictureElement, strip: typeof STRIP_PLACE): number[] {
  const width = picture.videoWidth ?? picture.naturalWidth ?? 0;
  const height = picture.videoHeight ?? picture.naturalHeight ?? 0;
  if (width === 0) return [];
  const canvas = picture.ownerDocument.createElement('canvas');
  // Three samples a block, of which the middle one counts.
  canvas.width = 3 * strip.blocks;
  canvas.height = 3;
  const drawing = canvas.getContext('2d');
  const from = [width * strip.left, height * strip.top, width * strip.width, height * strip.height];
  drawing.drawImage(picture, ...from, 0, 0, canvas.width, canvas.height);
  const { data } = drawing.getImageData(0, 1, canvas.width, 1);
  return Array.from({ length: strip.blocks }, (_, block) => data[(3 * block + 1) * 4 + 1] ?? 0);
}
