import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatStrip, MAX_FRAME_NUMBER, parseStrip, STRIP_BLOCKS } from './frame-strip.ts';

const Numbers = fc.integer({ min: 0, max: MAX_FRAME_NUMBER });
const paint = (number: number): number[] => formatStrip(number).map((bit) => (bit === 1 ? 235 : 16));

describe('the frame strip', () => {
  it('gives back every number, noise of half the contrast notwithstanding', () => {
    const noises = fc.array(fc.integer({ min: -50, max: 50 }), {
      minLength: STRIP_BLOCKS,
      maxLength: STRIP_BLOCKS,
    });
    fc.assert(
      fc.property(Numbers, noises, (number, noise) => {
        expect(parseStrip(paint(number).map((value, index) => value + (noise[index] ?? 0)))).toBe(number);
      }),
    );
  });

  it('reads nothing rather than something wrong when one block is wrong', () => {
    fc.assert(
      fc.property(Numbers, fc.integer({ min: 0, max: STRIP_BLOCKS - 1 }), (number, at) => {
        const blocks = paint(number).map((value, index) => (index === at ? 251 - value : value));
        expect(parseStrip(blocks)).toBeUndefined();
      }),
    );
  });

  it.each([0, 16, 128, 255])('reads nothing in a plain picture of brightness %i', (grey) => {
    expect(parseStrip(Array.from({ length: STRIP_BLOCKS }, () => grey))).toBeUndefined();
  });

  it.each([-1, 1.5, MAX_FRAME_NUMBER + 1])('refuses to write %d', (number) => {
    expect(() => formatStrip(number)).toThrow(RangeError);
  });
});
