import { expect, it } from 'vitest';
import { contrastOf, planInk } from './plan-ink.ts';

it.each([
  ['#000000', 'white'],
  ['#0b3fa8', 'white'],
  ['#cb1a28', 'white'],
  ['#d9f21c', 'black'],
  ['#ffffff', 'black'],
  ['#ff8800', 'black'],
])('on %s one writes in %s', (color, ink) => {
  expect(planInk(color)).toBe(ink);
});

it('every colour that a club may choose carries its text with 4.5 to 1', () => {
  for (let red = 0; red < 256; red += 15)
    for (let green = 0; green < 256; green += 15)
      for (let blue = 0; blue < 256; blue += 15) {
        const color = `#${[red, green, blue].map((value) => value.toString(16).padStart(2, '0')).join('')}`;
        expect(contrastOf(color, planInk(color))).toBeGreaterThanOrEqual(4.5);
      }
});
