import { describe, expect, it } from 'vitest';
import { countFrameFaults, unwrapNumbers } from './support/frame-numbers.ts';

describe('frame numbers', () => {
  it.each([
    ['go on over the clip’s end', [98, 99, 0, 1], [98, 99, 100, 101]],
    ['tell a step back from a round', [5, 6, 4, 7], [5, 6, 4, 7]],
    ['tell a step back over the clip’s end', [0, 1, 99, 2], [0, 1, -1, 2]],
    ['count a gap of most of a round', [10, 95, 80], [10, 95, 180]],
    ['keep the place of an unreadable frame', [98, undefined, 0], [98, Number.NaN, 100]],
  ])('%s', (_, numbers, unwrapped) => {
    expect(unwrapNumbers(numbers, 100)).toEqual(unwrapped);
  });
});

describe('frame faults', () => {
  it.each([
    ['none', [3, 4, 5], { missing: 0, repeated: 0, reordered: 0, unreadable: 0, first: 3, last: 5 }],
    ['missing frames', [1, 2, 6], { missing: 3, repeated: 0, reordered: 0, last: 6 }],
    ['repeated frames', [1, 1, 2, 2, 2], { missing: 0, repeated: 3, reordered: 0 }],
    ['reordered frames', [1, 3, 2, 4], { missing: 0, repeated: 0, reordered: 1 }],
    ['a jump back', [5, 6, 4, 5], { missing: 0, repeated: 1, reordered: 1, last: 6 }],
    ['unreadable frames', [1, Number.NaN, 3], { missing: 1, unreadable: 1 }],
    ['nothing at all', [], { missing: 0, first: undefined, last: undefined }],
  ])('are counted: %s', (_, numbers, faults) => {
    expect(countFrameFaults(numbers)).toMatchObject(faults);
  });
});
