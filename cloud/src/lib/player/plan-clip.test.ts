import { describe, expect, it } from 'vitest';
import { beginClip, moveHandle, planHandleKey, planView } from './plan-clip.ts';

it.each([
  [0, 5400, { from: 0, to: 20 }],
  [10, 5400, { from: 0, to: 20 }],
  [100, 5400, { from: 85, to: 105 }],
  [5400, 5400, { from: 5385, to: 5400 }],
  [3, 8, { from: 0, to: 8 }],
])('at %d of %d seconds a clip begins as %j', (at, total, stretch) => {
  expect(beginClip(at, total)).toEqual(stretch);
});

describe('a handle', () => {
  it.each([
    ['from', 12, { from: 12, to: 20 }],
    ['from', -3, { from: 0, to: 20 }],
    ['from', 25, { from: 19.5, to: 20 }],
    ['to', 95, { from: 10, to: 95 }],
    ['to', 500, { from: 10, to: 100 }],
    ['to', 2, { from: 10, to: 10.5 }],
  ] as const)('%s moved to %d gives %j', (handle, seconds, stretch) => {
    expect(moveHandle({ from: 10, to: 20 }, handle, seconds, 100)).toEqual(stretch);
  });

  it.each([
    ['ArrowRight', false, 0.1],
    ['ArrowLeft', true, -1],
    ['PageUp', false, 5],
    ['Home', false, Number.NEGATIVE_INFINITY],
    ['a', false, undefined],
  ] as const)('moves at %s, shift %s, by %s', (key, shift, by) => {
    expect(planHandleKey(key, shift)).toBe(by);
  });
});

it.each([
  [{ from: 1000, to: 1020 }, 5400, { from: 980, to: 1040 }],
  [{ from: 0, to: 20 }, 5400, { from: 0, to: 60 }],
  [{ from: 5390, to: 5400 }, 5400, { from: 5340, to: 5400 }],
  [{ from: 1000, to: 1100 }, 5400, { from: 950, to: 1150 }],
  [{ from: 2, to: 6 }, 8, { from: 0, to: 8 }],
])('%j of %d seconds is shown within %j', (stretch, total, view) => {
  expect(planView(stretch, total)).toEqual(view);
});
