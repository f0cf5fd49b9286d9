/**
 * Decides what a recording consists of: which fragments of which parts, where they lie on one time line, and what
 * is missing in between. Pure; the movie header, the upload and every view follow from its answer.
 */
import type { Gap } from '@padelvar/shared/link';
import { decodeSpan, runsOf, startsWithKeyframe } from '../mp4/fragment.ts';
import type { Fragment } from '../mp4/fragment.ts';
import { findVideoTrack } from '../mp4/init-segment.ts';
import type { InitSegment, InitTrack } from '../mp4/init-segment.ts';
import type { Chunk, MovieTrack } from '../mp4/movie-header.ts';
import { repairDurations } from '../mp4/repair-durations.ts';

/** One part as the assembly needs it. */
export interface PartIndex {
  number: number;
  init: InitSegment;
  fragments: readonly Fragment[];
  /** When decode time 0 was, on a time line common to all parts; milliseconds. */
  beganMs: number;
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

export interface Assembly {
  /** What the movie's payload consists of, in order. */
  pieces: Piece[];
  /** The one video track, its chunk offsets counted from the beginning of the payload; absent without a frame. */
  track: MovieTrack | undefined;
  gaps: Gap[];
  durationMs: number;
  frames: number;
  codec: string;
}

interface Selected {
  part: PartIndex;
  track: InitTrack;
  fragments: readonly Fragment[];
}

/** On the recording's own time line, which begins with its first frame. */
interface Placed extends Selected {
  gapMs: number;
  beginMs: number;
  endMs: number;
}

/** `endsAtMs` is the hard stop on the parts' time line: fragments that begin later are not part of the recording. */
export function assemble(parts: readonly PartIndex[], start: StartMark, endsAtMs: number): Assembly {
  const placed = placeParts(selectFragments(parts, start, endsAtMs));
  const chunks: Chunk[] = [];
  let payloadBytes = 0;
  for (const one of placed) {
    extendLastFrame(chunks, Math.round((one.gapMs * one.track.timescale) / 1000));
    chunks.push(...chunksOf(one, payloadBytes));
    payloadBytes += pieceOf(one).bytes;
  }
  return describe(placed, chunks);
}

/** What is missing so far, without the cost of an assembly. */
export function planGaps(parts: readonly PartIndex[], start: StartMark, endsAtMs: number): Gap[] {
  return gapsOf(placeParts(selectFragments(parts, start, endsAtMs)));
}

/** The payload's pieces so far. What has been answered once only grows: later answers begin with it. */
export function planPieces(parts: readonly PartIndex[], start: StartMark, endsAtMs: number): Piece[] {
  return selectFragments(parts, start, endsAtMs).map(pieceOf);
}

function describe(placed: readonly Placed[], chunks: Chunk[]): Assembly {
  const first = placed[0]?.track;
  return {
    pieces: placed.map(pieceOf),
    track: first === undefined ? undefined : { ...first, chunks },
    gaps: gapsOf(placed),
    durationMs: Math.round(placed.at(-1)?.endMs ?? 0),
    frames: chunks.reduce((sum, chunk) => sum + chunk.sizes.length, 0),
    codec: first?.codec ?? '',
  };
}

/** Puts each part behind the one before it, at its own time where that is later. */
function placeParts(selected: readonly Selected[]): Placed[] {
  const originMs = selected[0] === undefined ? 0 : beginOf(selected[0]);
  let endMs = 0;
  return selected.map((one, index) => {
    const gapMs = index === 0 ? 0 : Math.max(0, beginOf(one) - originMs - endMs);
    const beginMs = endMs + gapMs;
    endMs = beginMs + lengthMs(one);
    return { ...one, gapMs, beginMs, endMs };
  });
}

function gapsOf(placed: readonly Placed[]): Gap[] {
  return placed
    .filter(({ gapMs }) => gapMs >= 1)
    .map(({ beginMs, gapMs }) => ({
      fromMs: Math.round(beginMs - gapMs),
      toMs: Math.round(beginMs),
      reason: 'camera_lost',
    }));
}

function lengthMs({ track, fragments }: Selected): number {
  const [first, last] = [fragments[0], fragments.at(-1)];
  if (first === undefined || last === undefined) return 0;
  const ticks = decodeSpan(last, track.trackId).endTicks - decodeSpan(first, track.trackId).beginTicks;
  return (ticks * 1000) / track.timescale;
}

function selectFragments(parts: readonly PartIndex[], start: StartMark, endsAtMs: number): Selected[] {
  const selected: Selected[] = [];
  for (const part of parts) {
    const track = findVideoTrack(part.init);
    if (track === undefined || part.number < start.part) continue;
    const from = part.fragments.findIndex(
      (fragment) =>
        startsWithKeyframe(fragment, track.trackId) &&
        (part.number > start.part || fragment.offset >= start.offset),
    );
    if (from < 0) continue;
    const candidate = { part, track, fragments: part.fragments.slice(from) };
    const fragments = candidate.fragments.filter(
      (fragment) => fragmentBeginMs(part, track, fragment) < endsAtMs,
    );
    if (fragments.length > 0) selected.push({ part, track, fragments });
  }
  return selected;
}

function beginOf({ part, track, fragments }: Selected): number {
  const first = fragments[0];
  return first === undefined ? part.beganMs : fragmentBeginMs(part, track, first);
}

function fragmentBeginMs(part: PartIndex, track: InitTrack, fragment: Fragment): number {
  return part.beganMs + (decodeSpan(fragment, track.trackId).beginTicks * 1000) / track.timescale;
}

function pieceOf({ part, fragments }: Selected): Piece {
  const [first, last] = [fragments[0], fragments.at(-1)];
  if (first === undefined || last === undefined) return { part: part.number, offset: 0, bytes: 0 };
  return { part: part.number, offset: first.offset, bytes: last.offset + last.bytes - first.offset };
}

function chunksOf(selected: Selected, payloadOffset: number): Chunk[] {
  const runs = selected.fragments.flatMap((fragment) => runsOf(fragment, selected.track.trackId));
  const durations = repairDurations(runs.flatMap((run) => Array.from(run.durations)));
  const partOffset = pieceOf(selected).offset;
  let taken = 0;
  return runs.map((run) => ({
    ...run,
    offset: payloadOffset + run.offset - partOffset,
    durations: durations.slice(taken, (taken += run.durations.length)),
  }));
}

/** A gap is a long last frame before it: every player plays through, and seeks inside. */
function extendLastFrame(chunks: Chunk[], ticks: number): void {
  const last = chunks.at(-1);
  if (last === undefined || ticks === 0) return;
  const durations = Array.from(last.durations);
  durations.push((durations.pop() ?? 0) + ticks);
  chunks[chunks.length - 1] = { ...last, durations };
}
