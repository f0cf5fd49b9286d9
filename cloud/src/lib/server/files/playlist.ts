/**
 * The stored movie as an HLS playlist (RFC 8216) of byte ranges over its own fragments. Pure. Addresses are relative to
 * the playlist's, so that the same text serves whoever may watch.
 */
import type { FragmentIndex, FragmentRun } from '@padelvar/shared/side-files';

/** Of the init segments. */
const INIT_URI = 'init.mp4';

/** A segment begins at a keyframe, and lasts so long at least. */
const MIN_SEGMENT_MS = 2000;
/** A hole shorter than this is one of rounding. */
const MIN_GAP_MS = 100;

export interface Segment {
  offset: number;
  bytes: number;
  durationMs: number;
}

/** `movieUri` is the movie's own address, as seen from the playlist. */
export function formatPlaylist({ runs }: FragmentIndex, movieUri: string): string {
  const segments = runs.map(planSegments);
  const longestMs = Math.max(MIN_SEGMENT_MS, ...segments.flat().map(({ durationMs }) => durationMs));
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:8',
    `#EXT-X-TARGETDURATION:${Math.ceil(longestMs / 1000)}`,
    '#EXT-X-PLAYLIST-TYPE:VOD',
    '#EXT-X-INDEPENDENT-SEGMENTS',
  ];
  let endMs = 0;
  for (const [index, run] of runs.entries()) {
    const own = segments[index] ?? [];
    if (index > 0) lines.push(...formatGap(run.startMs - endMs, movieUri), '#EXT-X-DISCONTINUITY');
    lines.push(formatMap(run));
    for (const [place, segment] of own.entries())
      lines.push(...formatSegment(segment, own[place - 1], movieUri));
    endMs = run.startMs + own.reduce((sum, { durationMs }) => sum + durationMs, 0);
  }
  return [...lines, '#EXT-X-ENDLIST', ''].join('\n');
}

/** From keyframe to keyframe, never across bytes that are no fragment. */
export function planSegments({ fragments }: FragmentRun): Segment[] {
  const segments: Segment[] = [];
  for (const [offset, bytes, durationMs, isKeyframe] of fragments) {
    const last = segments.at(-1);
    const isAdjacent = last !== undefined && last.offset + last.bytes === offset;
    if (isAdjacent && (isKeyframe === 0 || last.durationMs < MIN_SEGMENT_MS - 1)) {
      last.bytes += bytes;
      last.durationMs += durationMs;
    } else segments.push({ offset, bytes, durationMs });
  }
  return segments;
}

function formatMap({ init }: FragmentRun): string {
  return `#EXT-X-MAP:URI="${INIT_URI}",BYTERANGE="${init.bytes}@${init.offset}"`;
}

/** Where it lies goes without saying directly behind the one before (RFC 8216, 4.3.2.2): the list of 90 minutes is 6 kB on the line so, and 14 kB otherwise. */
function formatSegment(
  { offset, bytes, durationMs }: Segment,
  before: Segment | undefined,
  movieUri: string,
): string[] {
  const isNext = before !== undefined && before.offset + before.bytes === offset;
  const range = isNext ? String(bytes) : `${bytes}@${offset}`;
  return [`#EXTINF:${formatSeconds(durationMs)},`, `#EXT-X-BYTERANGE:${range}`, movieUri];
}

/** Time without pictures, in pieces that are no longer than a segment. */
function formatGap(gapMs: number, movieUri: string): string[] {
  if (gapMs < MIN_GAP_MS) return [];
  const pieces = Math.ceil(gapMs / MIN_SEGMENT_MS);
  const piece = ['#EXT-X-GAP', `#EXTINF:${formatSeconds(gapMs / pieces)},`, movieUri];
  return Array.from({ length: pieces }, () => piece).flat();
}

function formatSeconds(ms: number): string {
  return String(Math.round(ms) / 1000);
}
