/**
 * A piece of a recording as a movie of its own, cut by the index and without re-encoding: the bytes are those of the
 * recording's payload from the keyframe at or before the beginning, and an edit list hides what lies before it.
 */
import { AppError } from '@padelvar/shared/errors';
import {
  durationOf,
  headerBytesFor,
  toMovieTicks,
  writeHeaderFirst,
  writeMovieHeader,
} from '../mp4/movie-header.ts';
import type { Chunk, MovieTrack } from '../mp4/movie-header.ts';

/** A recording as a clip is cut from it: chunk offsets count from the beginning of the payload. */
export interface ClipSource {
  tracks: readonly MovieTrack[];
  readPayload: (offset: number, length: number) => Promise<Buffer>;
}

export interface Clip {
  totalBytes: number;
  read: (offset: number, length: number) => Promise<Buffer>;
}

/** Where the recording ends, milliseconds on its own time line. */
export function endOf({ tracks }: ClipSource): number {
  const video = tracks.find(({ handler }) => handler === 'vide');
  return video === undefined ? 0 : toMovieTicks(durationOf(video), video.timescale);
}

/** `fromMs` to `toMs` on the recording's own time line. Throws AppError `bad_request` where nothing lies there. */
export function cutClip({ tracks, readPayload }: ClipSource, fromMs: number, toMs: number): Clip {
  const cut = tracks.map((track) => cutTrack(track, fromMs, toMs)).filter(({ chunks }) => chunks.length > 0);
  const first = Math.min(...cut.flatMap(({ chunks }) => chunks.map(({ offset }) => offset)));
  const end = Math.max(
    ...cut.flatMap(({ chunks }) => chunks.map(({ offset, sizes }) => offset + totalOf(sizes))),
  );
  if (!cut.some(({ handler }) => handler === 'vide')) {
    throw new AppError(
      'bad_request',
      `expected a time within the recording, found ${String(fromMs)} to ${String(toMs)} ms`,
      {
        field: 'from',
      },
    );
  }
  const shifted = (byBytes: number): MovieTrack[] =>
    cut.map((track) => ({
      ...track,
      chunks: track.chunks.map((chunk) => ({ ...chunk, offset: chunk.offset - first + byBytes })),
    }));
  const headerBytes = headerBytesFor(writeMovieHeader(shifted(0)).byteLength);
  const header = writeHeaderFirst(writeMovieHeader(shifted(headerBytes)), headerBytes, end - first);
  if (header === undefined) throw new Error('expected a header that fits the room made for it');
  return {
    totalBytes: headerBytes + end - first,
    async read(offset, length) {
      const head = header.subarray(Math.min(offset, headerBytes), Math.min(offset + length, headerBytes));
      const rest = length - head.byteLength;
      if (rest === 0) return Buffer.from(head);
      return Buffer.concat([head, await readPayload(first + Math.max(0, offset - headerBytes), rest)]);
    },
  };
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
