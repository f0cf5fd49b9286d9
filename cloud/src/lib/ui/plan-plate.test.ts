import { expect, it } from 'vitest';
import { planPlate } from './plan-plate.ts';

it.each([
  ['light', null, '#ffffff'],
  ['light', '#0b3fa8', '#ffffff'],
  ['dark', null, '#0a1730'],
  ['dark', '#0b3fa8', '#0b3fa8'],
  ['dark', '#d9f21c', '#0a1730'],
] as const)('a logo for a %s ground stands, with the club’s colour %s, on %s', (ground, color, plate) => {
  expect(planPlate(ground, color)).toBe(plate);
});
