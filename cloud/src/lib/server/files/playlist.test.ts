import type { FragmentIndex, FragmentRun } from '@padelvar/shared/side-files';
import { expect, test } from 'vitest';
import { formatPlaylist, planSegments } from './playlist.ts';

const MOVIE = 'download?disposition=inline';
const run = (startMs: number, from: number, keyframes: readonly (0 | 1)[], initOffset = 0): FragmentRun => ({
  startMs,
  init: { offset: initOffset, bytes: 800 },
  fragments: keyframes.map((key, index) => [from + index * 1000, 1000, 500, key]),
});
const index = (...runs: FragmentRun[]): FragmentIndex => ({ v: 1, totalBytes: 1_000_000, runs });

test('segments begin at keyframes and last two seconds at least, the last one what is left', () => {
  const keys = [1, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0] as const;
  expect(planSegments(run(0, 5000, keys))).toEqual([
    { offset: 5000, bytes: 4000, durationMs: 2000 },
    { offset: 9000, bytes: 5000, durationMs: 2500 },
    { offset: 14_000, bytes: 2000, durationMs: 1000 },
  ]);
});

test('a segment never spans bytes that are no fragment', () => {
  const broken: FragmentRun = {
    ...run(0, 0, []),
    fragments: [
      [0, 1000, 500, 1],
      [1000, 1000, 500, 0],
      [3000, 1000, 500, 1],
    ],
  };
  expect(planSegments(broken).map(({ offset, bytes }) => [offset, bytes])).toEqual([
    [0, 2000],
    [3000, 1000],
  ]);
});

test('where a segment lies is said where bytes before it are no segment', () => {
  const broken: FragmentRun = {
    ...run(0, 0, []),
    fragments: [
      [500, 1000, 2000, 1],
      [1500, 1000, 2000, 1],
      [3000, 1000, 2000, 1],
    ],
  };
  const ranges = formatPlaylist(index(broken), MOVIE).match(/BYTERANGE:.*/g);
  expect(ranges).toEqual(['BYTERANGE:1000@500', 'BYTERANGE:1000', 'BYTERANGE:1000@3000']);
});

test('one run is one list of byte ranges behind its init segment', () => {
  expect(formatPlaylist(index(run(0, 5000, [1, 0, 0, 0, 1, 0])), MOVIE)).toBe(`#EXTM3U
#EXT-X-VERSION:8
#EXT-X-TARGETDURATION:2
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MAP:URI="init.mp4",BYTERANGE="800@0"
#EXTINF:2,
#EXT-X-BYTERANGE:4000@5000
download?disposition=inline
#EXTINF:1,
#EXT-X-BYTERANGE:2000
download?disposition=inline
#EXT-X-ENDLIST
`);
});

test('a camera that dropped is a declared gap, a discontinuity and another init segment', () => {
  const text = formatPlaylist(index(run(0, 5000, [1, 0, 0, 0]), run(5000, 9000, [1, 0, 0, 0], 800)), MOVIE);
  expect(text.split('\n').filter((line) => line.startsWith('#'))).toEqual([
    ...['#EXTM3U', '#EXT-X-VERSION:8', '#EXT-X-TARGETDURATION:2', '#EXT-X-PLAYLIST-TYPE:VOD'],
    ...['#EXT-X-INDEPENDENT-SEGMENTS', '#EXT-X-MAP:URI="init.mp4",BYTERANGE="800@0"'],
    ...['#EXTINF:2,', '#EXT-X-BYTERANGE:4000@5000'],
    ...['#EXT-X-GAP', '#EXTINF:1.5,', '#EXT-X-GAP', '#EXTINF:1.5,'],
    ...['#EXT-X-DISCONTINUITY', '#EXT-X-MAP:URI="init.mp4",BYTERANGE="800@800"'],
    ...['#EXTINF:2,', '#EXT-X-BYTERANGE:4000@9000', '#EXT-X-ENDLIST'],
  ]);
});

test('offsets beyond 4 GiB stay exact', () => {
  const far = 5 * 2 ** 30;
  expect(formatPlaylist(index(run(0, far, [1])), MOVIE)).toContain(`#EXT-X-BYTERANGE:1000@${far}\n`);
});

test('no segment lasts longer than the playlist promises', () => {
  const slow = run(0, 0, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  expect(formatPlaylist(index(slow), MOVIE)).toContain('#EXT-X-TARGETDURATION:6\n');
});
