/**
 * A piece of a movie as a movie of its own, cut by its index and without re-encoding: the bytes are those of the movie's
 * payload from the keyframe at or before the beginning, and an edit list hides what lies before it. Pure.
 */
import { AppError } from '../errors.ts';
import {
  firstOffsetOf,
  headerBytesFor,
  movieDurationOf,
  shownTicks,
  writeHeaderFirst,
  writeMovieHeader,
} from './movie-header.ts';
import type { Chunk, MovieTrack } from './movie-header.ts';

/** A movie is `header`, and behind it the source's bytes from `offset` on. */
export interface PlannedClip {
  header: Uint8Array;
  /** Counted as the chunk offsets of the source are. */
  offset: number;
  payloadBytes: number;
  totalBytes: number;
}

/** Where a movie ends, milliseconds on its own time line. */
export function endOfTracks(tracks: readonly MovieTrack[]): number {
  const video = tracks.find(({ handler }) => handler === 'vide');
  return video === undefined ? 0 : movieDurationOf(video);
}

/** `fromMs` to `toMs` on the movie's own time line. Throws AppError `bad_request` where nothing lies there. */
export function planClip(tracks: readonly MovieTrack[], fromMs: number, toMs: number): PlannedClip {
  // Behind the end there is no picture to begin with.
  const beginMs = fromMs < endOfTracks(tracks) ? findBegin(tracks, fromMs, toMs) : fromMs;
  const cut = tracks.map((track) => cutTrack(track, beginMs, toMs)).filter(({ chunks }) => chunks.length > 0);
  if (!cut.some(({ handler }) => handler === 'vide')) {
    throw new AppError(
      'bad_request',
      `expected a time within the recording, found ${String(fromMs)} to ${String(toMs)} ms`,
      { field: 'from' },
    );
  }
  const chunks = cut.flatMap((track) => track.chunks);
  const first = Math.min(...chunks.map(({ offset }) => offset));
  const end = Math.max(...chunks.map(({ offset, sizes }) => offset + totalOf(sizes)));
  const shifted = (byBytes: number): MovieTrack[] =>
    cut.map((track) => ({
      ...track,
      chunks: track.chunks.map((chunk) => ({ ...chunk, offset: chunk.offset - first + byBytes })),
    }));
  const headerBytes = headerBytesFor(writeMovieHeader(shifted(0)).byteLength);
  const header = writeHeaderFirst(writeMovieHeader(shifted(headerBytes)), headerBytes, end - first);
  if (header === undefined) throw new Error('expected a header that fits the room made for it');
  return { header, offset: first, payloadBytes: end - first, totalBytes: headerBytes + end - first };
}

/** A picture that is shown longer than this is the still picture of a gap; milliseconds. */
const GAP_MS = 300;

/**
 * When a picture begins to be shown, at that time or a little before: a reader that begins with a whole picture (FFmpeg does)
 * would otherwise be out of step with the sound for the rest of it. A clip does not begin with a gap's still picture either,
 * but with the one behind it.
 */
function findBegin(tracks: readonly MovieTrack[], fromMs: number, toMs: number): number {
  const video = tracks.find(({ handler }) => handler === 'vide');
  if (video === undefined) return fromMs;
  let [beforeMs, behindMs] = [-Infinity, Infinity];
  for (const shownMs of listShownMs(video)) {
    if (shownMs <= fromMs) beforeMs = Math.max(beforeMs, shownMs);
    else behindMs = Math.min(behindMs, shownMs);
  }
  if (fromMs - beforeMs < GAP_MS) return beforeMs;
  return behindMs < toMs ? behindMs : fromMs;
}

/** When each picture begins to be shown on the movie's time line, in the order of decoding. */
function* listShownMs(track: MovieTrack): Generator<number> {
  let ticks = (track.delayTicks ?? 0) - (track.edit?.skipTicks ?? 0) - firstOffsetOf(track);
  for (const { durations, compositionOffsets } of track.chunks)
    for (let index = 0; index < durations.length; index += 1) {
      yield ((ticks + (compositionOffsets?.[index] ?? 0)) * 1000) / track.timescale;
      ticks += durations[index] ?? 0;
    }
}

/**
 * The chunks from the keyframe shown at or before the beginning to the end, what lies before the beginning hidden. What
 * the movie itself hides of a track, and how much later than the movie the track begins, says where on its own samples the
 * piece lies; so a piece of sound is as much in step with its picture as the movie's.
 */
function cutTrack(track: MovieTrack, fromMs: number, toMs: number): MovieTrack {
  const skipTicks = track.edit?.skipTicks ?? 0;
  const toOwnTicks = (ms: number): number =>
    Math.round((ms * track.timescale) / 1000) + skipTicks - (track.delayTicks ?? 0);
  const fromTicks = toOwnTicks(Math.max(0, fromMs));
  const shownFrom = Math.max(fromTicks, skipTicks);
  const shownTo = Math.min(toOwnTicks(toMs), skipTicks + shownTicks(track));
  if (shownFrom >= shownTo) return { ...track, chunks: [] };
  const { chunks, beginTicks } = cutChunks(track, shownFrom, shownTo);
  return {
    ...track,
    chunks,
    edit: { skipTicks: Math.max(0, shownFrom - beginTicks), durationTicks: shownTo - shownFrom },
    delayTicks: shownFrom - fromTicks,
  };
}

/** `beginTicks`: when the first of them is shown. Frames that are shown out of order are decoded before their time. */
function cutChunks(
  track: MovieTrack,
  fromTicks: number,
  toTicks: number,
): { chunks: Chunk[]; beginTicks: number } {
  const leadTicks = firstOffsetOf(track);
  let chunks: Chunk[] = [];
  let beginTicks = 0;
  let decodeTicks = 0;
  for (const chunk of track.chunks) {
    if (decodeTicks >= toTicks + leadTicks) break;
    const shownAt = decodeTicks + Math.max(0, chunk.compositionOffsets?.[0] ?? 0) - leadTicks;
    if (chunk.keyframes[0] === 1 && shownAt <= fromTicks) {
      chunks = [];
      beginTicks = shownAt;
    }
    chunks.push(chunk);
    decodeTicks += totalOf(chunk.durations);
  }
  return { chunks, beginTicks };
}

function totalOf(values: ArrayLike<number>): number {
  let total = 0;
  for (let index = 0; index < values.length; index += 1) total += values[index] ?? 0;
  return total;
}
