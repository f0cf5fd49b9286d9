import { expect, it } from 'vitest';
import { planKeeping } from './plan-keeping.ts';

it('twenty matches a day for 30 days are 600 videos, of 1 GB to 3 GB each', () => {
  expect(planKeeping(30, { videosPerDay: 20, bytesPerVideo: 2e9 })).toEqual({
    videos: 600,
    bytes: 1.2e12,
    leastBytes: 6e11,
    mostBytes: 1.8e12,
  });
});

it('a club without a match yet is told of one a day', () => {
  expect(planKeeping(7, { videosPerDay: 0, bytesPerVideo: 2e9 })?.videos).toBe(7);
});

it('for ever has no figure', () => {
  expect(planKeeping(null, { videosPerDay: 20, bytesPerVideo: 2e9 })).toBeUndefined();
});
