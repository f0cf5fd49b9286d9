/** What an `<img>` or a `<video>` of a page shows right now, read by the number drawn in each simulated frame. */
import type { Locator } from 'playwright-core';
import { expect } from 'vitest';
import { readJpegNumber } from '../../edge/test/support/frame-numbers.ts';
import { TEST_FFMPEG } from '../../edge/test/support/test-courts.ts';

/** The frame's place in the clip; undefined while there is no picture, or none with a number. */
export async function readShownNumber(element: Locator): Promise<number | undefined> {
  const address = await element.evaluate(drawPicture);
  if (address === undefined) return undefined;
  return readJpegNumber(Buffer.from(address.slice(address.indexOf(',') + 1), 'base64'), TEST_FFMPEG);
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
  getContext(kind: '2d'): { drawImage(picture: PictureElement, left: number, top: number): void };
  toDataURL(type: string, quality: number): string;
}
interface PictureElement {
  readonly naturalWidth?: number;
  readonly naturalHeight?: number;
  readonly videoWidth?: number;
  readonly videoHeight?: number;
  readonly ownerDocument: { createElement(name: 'canvas'): Canvas };
}

/** Runs in the page: the picture as a JPEG data address, in the size in which it came. */
function drawPicture(picture: PictureElement): string | undefined {
  const canvas = picture.ownerDocument.createElement('canvas');
  canvas.width = picture.videoWidth ?? picture.naturalWidth ?? 0;
  canvas.height = picture.videoHeight ?? picture.naturalHeight ?? 0;
  if (canvas.width === 0) return undefined;
  canvas.getContext('2d').drawImage(picture, 0, 0);
  return canvas.toDataURL('image/jpeg', 0.95);
}
