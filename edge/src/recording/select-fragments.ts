/**
 * Which fragments of which parts belong to a recording, and where they lie on its own time line. Pure, and cheap however
 * long the match: asked several times a second, it looks at the ends of each part only.
 */
import { findVideoTrack } from '@padelvar/shared/mp4/init-segment';
import type { InitSegment, InitTrack } from '@padelvar/shared/mp4/init-segment';
import { decodeSpan, runsOf, startsWithKeyframe } from '../mp4/fragment.ts';
import type { Fragment } from '../mp4/fragment.ts';

/** One part as the assembly needs it. */
export interface PartIndex {
  number: number;
  init: InitSegment;
  fragments: readonly Fragment[];
  /** When decode time 0 was, on a time line common to all parts; milliseconds. */
  beganMs: number;
  /** Why there is nothing before it, where that is known; else the camera was lost. */
  gapReason?: string | undefined;
  /** By what its own time is to be multiplied, where its camera's clock runs fast or slow. */
  scale?: number;
}

/** Where a recording begins: a fragment that starts with a keyframe. */
export interface StartMark {
  part: number;
  offset: number;
}

/** A run of bytes of one part. */
export interface Piece {
  part: number;
  offset: number;
  bytes: number;
}

/** The fragments `from` to `to` (exclusive) of one part; at least one. */
export interface Selected {
  part: PartIndex;
  track: InitTrack;
  from: number;
  to: number;
  first: Fragment;
  last: Fragment;
}

/** On the recording's own time line, which begins with its first frame. */
export interface Placed extends Selected {
  gapMs: number;
  beginMs: number;
  endMs: number;
}

/** `endsAtMs` is the hard stop on the parts' time line: fragments that begin later are not part of the recording. */
export function placeFragments(parts: readonly PartIndex[], start: StartMark, endsAtMs: number): Placed[] {
  return placeParts(selectFragments(parts, start, endsAtMs));
}

export function selectFragments(parts: readonly PartIndex[], start: StartMark, endsAtMs: number): Selected[] {
  return parts.flatMap((part) => {
    const track = findVideoTrack(part.init);
    if (track === undefined || part.number < start.part) return [];
    const fromOffset = part.number === start.part ? start.offset : 0;
    const from = part.fragments.findIndex(
      (fragment) => fragment.offset >= fromOffset && startsWithKeyframe(fragment, track.trackId),
    );
    const to = findHardStop(part, track, endsAtMs);
    const [first, last] = [part.fragments[from], part.fragments[to - 1]];
    return from < 0 || from >= to || first === undefined || last === undefined
      ? []
      : [{ part, track, from, to, first, last }];
  });
}

export function pieceOf({ part, first, last }: Selected): Piece {
  return { part: part.number, offset: first.offset, bytes: last.offset + last.bytes - first.offset };
}

/** The first fragment that begins at the hard stop or later, by this machine's clock; they lie in the order of time. */
function findHardStop(part: PartIndex, track: InitTrack, endsAtMs: number): number {
  let [low, high] = [0, part.fragments.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const fragment = part.fragments[middle];
    if (fragment !== undefined && fragmentBeginMs(part, track, fragment, part.scale) < endsAtMs)
      low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Puts each part behind the one before it, at its own time where that is later. */
export function placeParts(selected: readonly Selected[]): Placed[] {
  const originMs = originOf(selected);
  let endMs = 0;
  return selected.map((one, index) => {
    const ownBeginMs = fragmentBeginMs(one.part, one.track, one.first) - originMs;
    const gapMs = index === 0 ? 0 : Math.max(0, ownBeginMs - endMs);
    const beginMs = endMs + gapMs;
    endMs = beginMs + lengthMs(one);
    return { ...one, gapMs, beginMs, endMs };
  });
}

/** When a recording's own time line begins, on the parts'. */
export function originOf([first]: readonly Selected[]): number {
  return first === undefined ? 0 : fragmentBeginMs(first.part, first.track, first.first);
}

function lengthMs({ track, first, last }: Selected): number {
  const ticks = decodeSpan(last, track.trackId).endTicks - beginTicks(first, track);
  return (ticks * 1000) / track.timescale;
}

/** `scale`: of fragments that were not rescaled. */
function fragmentBeginMs(part: PartIndex, track: InitTrack, fragment: Fragment, scale = 1): number {
  return part.beganMs + ((beginTicks(fragment, track) * 1000) / track.timescale) * scale;
}

function beginTicks(fragment: Fragment, { trackId }: InitTrack): number {
  return runsOf(fragment, trackId)[0]?.decodeTicks ?? 0;
}
