import { describe, expect, it } from 'vitest';
import { parseDuration } from './duration.ts';

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
