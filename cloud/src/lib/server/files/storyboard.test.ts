import { expect, test } from 'vitest';
import { formatStoryboard } from './storyboard.ts';

test('each tile is shown for its interval, the last one to the end of the movie', () => {
  const layout = { v: 1, columns: 2, tiles: 3, tileWidth: 160, tileHeight: 90, intervalMs: 10_000 } as const;
  expect(formatStoryboard(layout, 3_625_500)).toBe(`WEBVTT

00:00:00.000 --> 00:00:10.000
storyboard.jpg#xywh=0,0,160,90

00:00:10.000 --> 00:00:20.000
storyboard.jpg#xywh=160,0,160,90

00:00:20.000 --> 01:00:25.500
storyboard.jpg#xywh=0,90,160,90
`);
});
