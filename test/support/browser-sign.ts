/** A printed sign, as a camera and a printer see it. */
import type { Locator, Page } from 'playwright-core';
import { encode } from 'uqr';

/** Light modules around a QR code (ISO/IEC 18004, 9.1). */
const QUIET = 4;

/** The squares of the code that says `text`, dark ones as `#`, with the quiet zone around it. */
export function drawCode(text: string): string[] {
  const { data, size } = encode(text, { ecc: 'M', border: 0 });
  const isDark = (row: number, column: number): boolean => data[row - QUIET]?.[column - QUIET] === true;
  const places = Array.from({ length: size + 2 * QUIET }, (_, place) => place);
  return places.map((row) => places.map((column) => (isDark(row, column) ? '#' : '.')).join(''));
}

/** The squares that are really there: what the page looks like in the middle of each of `count` times `count`. */
export async function photographCode(code: Locator, count: number): Promise<string[]> {
  const photo = (await code.screenshot()).toString('base64');
  const blank = await code.page().context().newPage();
  const squares = await blank.evaluate(readSquares, { photo, count });
  await blank.close();
  return squares;
}

/** The pages that a printer is given, each as wide and high as it is, in points of 1/72 inch. */
export async function printPages(page: Page): Promise<{ width: number; height: number }[]> {
  const pdf = (await page.pdf({ preferCSSPageSize: true, printBackground: true })).toString('latin1');
  const pages = pdf.matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g);
  return Array.from(pages, ([, width, height]) => ({ width: Number(width), height: Number(height) }));
}

/** As much of the page's pictures and canvas as is asked for here. */
interface PagePicture {
  src: string;
  decode(): Promise<void>;
  readonly naturalWidth: number;
  readonly naturalHeight: number;
}
interface PageCanvas {
  width: number;
  height: number;
  getContext(kind: '2d'): {
    drawImage(picture: PagePicture, left: number, top: number): void;
    getImageData(left: number, top: number, width: number, height: number): { data: Uint8ClampedArray };
  };
}
interface PageDocument {
  createElement(name: 'img'): PagePicture;
  createElement(name: 'canvas'): PageCanvas;
}

/** Runs in a page that may show any picture. */
async function readSquares({ photo, count }: { photo: string; count: number }): Promise<string[]> {
  const { document } = globalThis as unknown as { document: PageDocument };
  const picture = document.createElement('img');
  picture.src = `data:image/png;base64,${photo}`;
  await picture.decode();
  const canvas = document.createElement('canvas');
  const { naturalWidth: width, naturalHeight: height } = picture;
  Object.assign(canvas, { width, height });
  const drawing = canvas.getContext('2d');
  drawing.drawImage(picture, 0, 0);
  const places = Array.from({ length: count }, (_, place) => (place + 0.5) / count);
  const isDark = (row: number, column: number): boolean => {
    const [red = 0] = drawing.getImageData(Math.floor(column * width), Math.floor(row * height), 1, 1).data;
    return red < 128;
  };
  return places.map((row) => places.map((column) => (isDark(row, column) ? '#' : '.')).join(''));
}
