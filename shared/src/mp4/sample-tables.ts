/** Reads the index of a movie back: the inverse of `movie-header.ts` (14496-12 clauses 8.4 to 8.7). Pure. */
import { contentOf, findBox, getBox, readBoxes, viewOf } from './boxes.ts';
import type { Box } from './boxes.ts';
import { parseInitSegment } from './init-segment.ts';
import { firstOffsetOf, shownTicks } from './movie-header.ts';
import type { Chunk, MovieTrack } from './movie-header.ts';

/** The tracks of a movie whose `ftyp` and `moov` lie in `data`. Throws where it is none. */
export function parseMovieTracks(data: Uint8Array): MovieTrack[] {
  const init = parseInitSegment(data);
  if (init === undefined) throw new Error('expected a whole moov');
  const moov = getBox(data, ['moov']);
  const traks = [...readBoxes(data, ...contentOf(moov))].filter(({ type }) => type === 'trak');
  return traks.flatMap((trak, index) => {
    const track = init.tracks[index];
    if (track === undefined) return [];
    const chunks = parseChunks(data, getBox(data, ['mdia', 'minf', 'stbl'], trak));
    return [{ ...track, chunks, ...parseEdits(data, moov, trak, { ...track, chunks }) }];
  });
}

/** What the edit list hides of the samples and how long the track waits (clause 8.6.6); nothing where it shows all at once. */
function parseEdits(
  data: Uint8Array,
  moov: Box,
  trak: Box,
  track: MovieTrack,
): Pick<MovieTrack, 'edit' | 'delayTicks'> {
  const mvhdAt = contentOf(getBox(data, ['mvhd'], moov))[0];
  const movieTimescale = viewOf(data).getUint32(mvhdAt + (data[mvhdAt] === 1 ? 20 : 12));
  const toTicks = (movieTicks: number): number => Math.round((movieTicks * track.timescale) / movieTimescale);
  const edits = listEdits(data, trak);
  const shown = edits.find(({ mediaTicks }) => mediaTicks >= 0);
  if (shown === undefined) return {};
  const delays = edits.slice(0, edits.indexOf(shown));
  const delayTicks = toTicks(delays.reduce((sum, { movieTicks }) => sum + movieTicks, 0));
  const skipTicks = shown.mediaTicks - firstOffsetOf(track);
  const durationTicks = toTicks(shown.movieTicks);
  // Told in the ticks of the movie, all that there is can seem a little less or more.
  const isAll = skipTicks === 0 && Math.abs(durationTicks - shownTicks(track)) <= toTicks(1);
  return {
    ...(isAll ? {} : { edit: { skipTicks, durationTicks } }),
    ...(delayTicks === 0 ? {} : { delayTicks }),
  };
}

/** `mediaTicks` is -1 where nothing is shown. */
function listEdits(data: Uint8Array, trak: Box): { movieTicks: number; mediaTicks: number }[] {
  const edts = findBox(data, 'edts', trak);
  const elst = edts === undefined ? undefined : findBox(data, 'elst', edts);
  if (elst === undefined) return [];
  const view = viewOf(data);
  const at = contentOf(elst)[0];
  const isLong = data[at] === 1;
  return Array.from({ length: view.getUint32(at + 4) }, (_, index) => {
    const entry = at + 8 + index * (isLong ? 20 : 12);
    return isLong
      ? { movieTicks: Number(view.getBigUint64(entry)), mediaTicks: Number(view.getBigInt64(entry + 8)) }
      : { movieTicks: view.getUint32(entry), mediaTicks: view.getInt32(entry + 4) };
  });
}

function parseChunks(data: Uint8Array, stbl: Box): Chunk[] {
  const sizes = parseSizes(data, getBox(data, ['stsz'], stbl));
  const durations = parseRuns(data, getBox(data, ['stts'], stbl), sizes.length);
  const ctts = findBox(data, 'ctts', stbl);
  const offsets = ctts === undefined ? undefined : parseRuns(data, ctts, sizes.length);
  const keyframes = parseKeyframes(data, findBox(data, 'stss', stbl), sizes.length);
  const counts = parseSampleCounts(data, getBox(data, ['stsc'], stbl));
  let from = 0;
  return parseChunkOffsets(data, stbl).map((offset, index) => {
    const to = from + counts(index + 1);
    const [first, last] = [from, to];
    from = to;
    return {
      offset,
      durations: durations.subarray(first, last),
      sizes: sizes.subarray(first, last),
      keyframes: keyframes.subarray(first, last),
      ...(offsets === undefined
        ? {}
        : { compositionOffsets: Int32Array.from(offsets.subarray(first, last)) }),
    };
  });
}

function parseSizes(data: Uint8Array, stsz: Box): Uint32Array {
  const view = viewOf(data);
  const at = contentOf(stsz)[0];
  const fixed = view.getUint32(at + 4);
  const count = view.getUint32(at + 8);
  return Uint32Array.from({ length: count }, (_, index) =>
    fixed === 0 ? view.getUint32(at + 12 + index * 4) : fixed,
  );
}

/** Pairs of (count, value), as in `stts` and `ctts`. */
function parseRuns(data: Uint8Array, table: Box, samples: number): Uint32Array {
  const view = viewOf(data);
  const at = contentOf(table)[0];
  const values = new Uint32Array(samples);
  let next = 0;
  for (let entry = 0; entry < view.getUint32(at + 4); entry += 1) {
    const count = view.getUint32(at + 8 + entry * 8);
    values.fill(view.getUint32(at + 12 + entry * 8), next, next + count);
    next += count;
  }
  return values;
}

function parseKeyframes(data: Uint8Array, stss: Box | undefined, samples: number): Uint8Array {
  if (stss === undefined) return new Uint8Array(samples).fill(1);
  const view = viewOf(data);
  const at = contentOf(stss)[0];
  const keyframes = new Uint8Array(samples);
  for (let entry = 0; entry < view.getUint32(at + 4); entry += 1)
    keyframes[view.getUint32(at + 8 + entry * 4) - 1] = 1;
  return keyframes;
}

/** How many samples a chunk has, by its number from 1. */
function parseSampleCounts(data: Uint8Array, stsc: Box): (chunk: number) => number {
  const view = viewOf(data);
  const at = contentOf(stsc)[0];
  const entries = Array.from({ length: view.getUint32(at + 4) }, (_, index) => ({
    firstChunk: view.getUint32(at + 8 + index * 12),
    samples: view.getUint32(at + 12 + index * 12),
  }));
  let current = 0;
  return (chunk) => {
    while ((entries[current + 1]?.firstChunk ?? Number.POSITIVE_INFINITY) <= chunk) current += 1;
    return entries[current]?.samples ?? 0;
  };
}

function parseChunkOffsets(data: Uint8Array, stbl: Box): number[] {
  const view = viewOf(data);
  const stco = findBox(data, 'stco', stbl);
  const table = stco ?? getBox(data, ['co64'], stbl);
  const at = contentOf(table)[0];
  const count = view.getUint32(at + 4);
  return Array.from({ length: count }, (_, index) =>
    stco === undefined ? Number(view.getBigUint64(at + 8 + index * 8)) : view.getUint32(at + 8 + index * 4),
  );
}
