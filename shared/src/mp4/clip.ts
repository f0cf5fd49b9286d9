/**
 * A piece of a movie as a movie of its own, cut by its index and without re-encoding: the bytes are those of the movie's
 * payload from the keyframe at or before the beginning, and an edit list hides what lies before it. Pure.
 */
import { AppError } from '../errors.ts';
import {
  durationOf,
  headerBytesFor,
  toMovieTicks,
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
  return video === undefined ? 0 : toMovieTicks(durationOf(video), video.timescale);
}

/** `fromMs` to `toMs` on the movie's own time line. Throws AppError `bad_request` where nothing lies there. */
export function planClip(tracks: readonly MovieTrack[], fromMs: number, toMs: number): PlannedClip {
  const cut = tracks.map((track) => cutTrack(track, fromMs, toMs)).filter(({ chunks }) => chunks.length > 0);
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

/** The chunks from the keyframe at or before the beginning to the end, what lies before the beginning hidden. */
function cutTrack(track: MovieTrack, fromMs: number, toMs: number): MovieTrack {
  const fromTicks = Math.max(0, Math.round((fromMs * track.timescale) / 1000));
  const toTicks = Math.round((toMs * track.timescale) / 1000);
  let chunks: Chunk[] = [];
  let beginTicks = 0;
  let endTicks = 0;
  for (const chunk of track.chunks) {
    if (endTicks >= toTicks) break;
    if (chunk.keyframes[0] === 1 && endTicks <= fromTicks) {
      chunks = [];
      beginTicks = endTicks;
    }
    chunks.push(chunk);
    endTicks += totalOf(chunk.durations);
  }
  const [shownFrom, shownTo] = [Math.max(fromTicks, beginTicks), Math.min(toTicks, endTicks)];
  if (shownFrom >= shownTo) return { ...track, chunks: [] };
  return {
    ...track,
    chunks,
    edit: { skipTicks: shownFrom - beginTicks, durationTicks: shownTo - shownFrom },
  };
}

function totalOf(values: ArrayLike<number>): number {
  let total = 0;
  for (let index = 0; index < values.length; index += 1) total += values[index] ?? 0;
  return total;
}
