import { expect, test } from 'vitest';
import { formatStoryboard } from '../server/files/storyboard.ts';
import { findTile, parseStoryboard } from './storyboard.ts';

const layout = { v: 1, columns: 2, tiles: 3, tileWidth: 160, tileHeight: 90, intervalMs: 10_000 } as const;
const tiles = parseStoryboard(formatStoryboard(layout, 3_625_500));

test('what the portal writes is read tile by tile', () => {
  const common = { image: 'storyboard.jpg', width: 160, height: 90 };
  expect(tiles).toEqual([
    { ...common, fromSeconds: 0, toSeconds: 10, x: 0, y: 0 },
    { ...common, fromSeconds: 10, toSeconds: 20, x: 160, y: 0 },
    { ...common, fromSeconds: 20, toSeconds: 3625.5, x: 0, y: 90 },
  ]);
});

test.each([
  [0, 0],
  [9.999, 0],
  [10, 160],
  [3625.5, 0],
  [9999, 0],
])('%d seconds are shown by the tile at x = %d', (seconds, x) => {
  expect(findTile(tiles, seconds)?.x).toBe(x);
});

test('text that is no storyboard has no tiles', () => {
  expect(parseStoryboard('<html>')).toEqual([]);
  expect(findTile([], 5)).toBeUndefined();
});
