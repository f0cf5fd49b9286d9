import { expect, it } from 'vitest';
import { planGround } from './plan-ground.ts';

const WHITE = [255, 255, 255, 255];
const CLEAR = [255, 255, 255, 0];
const HALF = [255, 255, 255, 128];
const NAVY = [10, 23, 48, 255];
const YELLOW = [217, 242, 28, 255];
const RED = [203, 26, 40, 255];

it.each([
  ['white letters on nothing', [WHITE, WHITE, CLEAR, CLEAR], 'dark'],
  ['letters that are half there', [HALF, HALF, CLEAR, CLEAR], 'dark'],
  ['yellow letters on nothing', [YELLOW, CLEAR, CLEAR, CLEAR], 'dark'],
  ['dark letters on nothing', [NAVY, CLEAR, CLEAR, CLEAR], 'light'],
  ['red letters on nothing', [RED, RED, RED, CLEAR], 'light'],
  ['a dark badge with white letters', [NAVY, NAVY, WHITE, CLEAR], 'light'],
  ['white letters that bring their own ground', [WHITE, NAVY, NAVY, NAVY], 'light'],
  ['a white picture', [WHITE, WHITE, WHITE, WHITE], 'light'],
  ['nothing at all', [CLEAR, CLEAR], 'light'],
] as const)('%s: the ground is right', (_what, pixels, ground) => {
  expect(planGround(Uint8ClampedArray.from(pixels.flat()))).toBe(ground);
});
