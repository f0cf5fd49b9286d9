import { describe, expect, it } from 'vitest';
import { parseDuration, planChoices } from './duration.ts';

describe('a duration', () => {
  it.each([
    ['1', 1],
    [' 90 ', 90],
    ['240', 240],
    ['0', undefined],
    ['-1', undefined],
    ['241', undefined],
    ['10000', undefined],
    ['1.5', undefined],
    ['abc', undefined],
    ['', undefined],
  ])('%j is %s minutes', (text, minutes) => {
    expect(parseDuration(text)).toBe(minutes);
  });
});

it('a duration beyond the club’s longest is none', () => {
  expect(parseDuration('75', 75)).toBe(75);
  expect(parseDuration('76', 75)).toBeUndefined();
});

it.each([
  [90, 240, [30, 60, 90, 120]],
  [75, 240, [30, 60, 75, 90]],
  [60, 75, [30, 60]],
  [20, 20, [20]],
  [180, 240, [60, 90, 120, 180]],
])('a club that records %s minutes, %s at most, offers %j', (usual, longest, choices) => {
  expect(planChoices({ usual, longest })).toEqual(choices);
});
