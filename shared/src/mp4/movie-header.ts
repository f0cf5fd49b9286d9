/**
 * The index of a finished movie: one `moov` over samples that lie where the camera's fragments put them
 * (14496-12 clauses 8.2 to 8.7). Nothing of the video is copied or changed.
 */
import {
  LARGE_HEADER_BYTES,
  concatBytes,
  typeWord,
  writeBox,
  writeFullBox,
  writeMediaDataHeader,
} from './boxes.ts';

/** Samples one behind the other at one place of the movie file. */
export interface Chunk {
  /** Bytes from the beginning of the movie file. */
  offset: number;
  /** Ticks of the track's timescale. */
  durations: ArrayLike<number>;
  sizes: ArrayLike<number>;
  compositionOffsets?: ArrayLike<number>;
  keyframes: ArrayLike<number>;
}

export interface MovieTrack {
  handler: string;
  timescale: number;
  /** The whole `stsd` box. */
  sampleDescription: Uint8Array;
  width: number;
  height: number;
  chunks: readonly Chunk[];
  /** What of the samples is shown, counted from the first; all where absent. Ticks. */
  edit?: { skipTicks: number; durationTicks: number };
  /** How long after the movie's beginning the track begins, ticks; 0 where absent. */
  delayTicks?: number;
}

/** Ticks per second of the movie itself. */
const MOVIE_TIMESCALE = 1000;
/** An edit that shows nothing, and the rate of one that shows all (14496-12 clause 8.6.6.3). */
const [EMPTY_EDIT, RATE_ONE] = [0xffffffff, 0x10000];
const FREE_HEADER_BYTES = 8;
const UNITY_MATRIX = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000];
/** Undetermined language, packed (14496-12 clause 8.4.2.3). */
const LANGUAGE_UND = 0x55c40000;

export function writeFileType(): Uint8Array {
  return writeBox('ftyp', [
    typeWord('isom'),
    0x200,
    typeWord('isom'),
    typeWord('iso2'),
    typeWord('avc1'),
    typeWord('mp41'),
  ]);
}

/** A `moov` box for these tracks. */
export function writeMovieHeader(tracks: readonly MovieTrack[]): Uint8Array {
  const durationMs = Math.max(0, ...tracks.map(movieDurationOf));
  const mvhd = writeFullBox(
    'mvhd',
    0,
    0,
    [0, 0, MOVIE_TIMESCALE, durationMs, 0x10000, 0x01000000, 0, 0],
    UNITY_MATRIX,
    [0, 0, 0, 0, 0, 0, tracks.length + 1],
  );
  return writeBox('moov', mvhd, ...tracks.map((track, index) => writeTrack(track, index + 1)));
}

/** Sum of all sample durations, ticks. */
export function durationOf(track: MovieTrack): number {
  let ticks = 0;
  for (const { durations } of track.chunks)
    for (let i = 0; i < durations.length; i += 1) ticks += durations[i] ?? 0;
  return ticks;
}

/**
 * From the first frame shown to the end of the last, ticks: more than all durations where the last frame was to be shown
 * after others that were not recorded any more.
 */
export function shownTicks(track: MovieTrack): number {
  if (track.edit !== undefined) return track.edit.durationTicks;
  let [decodeTicks, endTicks] = [0, 0];
  for (const { durations, compositionOffsets } of track.chunks) {
    for (let i = 0; i < durations.length; i += 1) {
      decodeTicks += durations[i] ?? 0;
      endTicks = Math.max(endTicks, decodeTicks + (compositionOffsets?.[i] ?? 0));
    }
  }
  return endTicks - firstOffsetOf(track);
}

/** How long the movie lasts because of that track, milliseconds. */
export function movieDurationOf(track: MovieTrack): number {
  return toMovieTicks(shownTicks(track) + (track.delayTicks ?? 0), track.timescale);
}

/** How much later than decoded the first frame is shown, ticks. */
export function firstOffsetOf({ chunks }: MovieTrack): number {
  return Math.max(0, chunks[0]?.compositionOffsets?.[0] ?? 0);
}

function toMovieTicks(ticks: number, timescale: number): number {
  return Math.round((ticks * MOVIE_TIMESCALE) / timescale);
}

function writeTrack(track: MovieTrack, trackId: number): Uint8Array {
  const durationTicks = durationOf(track);
  const durationMs = movieDurationOf(track);
  const isVideo = track.handler === 'vide';
  const tkhd = writeFullBox(
    'tkhd',
    0,
    3,
    [0, 0, trackId, 0, durationMs, 0, 0, 0, isVideo ? 0 : 0x01000000],
    UNITY_MATRIX,
    [track.width * 0x10000, track.height * 0x10000],
  );
  const mdhd =
    durationTicks > 0xffffffff
      ? writeFullBox('mdhd', 1, 0, [0, 0, 0, 0, track.timescale, ...words64(durationTicks), LANGUAGE_UND])
      : writeFullBox('mdhd', 0, 0, [0, 0, track.timescale, durationTicks, LANGUAGE_UND]);
  const hdlr = writeFullBox(
    'hdlr',
    0,
    0,
    [0, typeWord(track.handler), 0, 0, 0],
    new TextEncoder().encode('PadelVar\0'),
  );
  const mediaHeader = isVideo ? writeFullBox('vmhd', 0, 1, [0, 0]) : writeFullBox('smhd', 0, 0, [0]);
  const dinf = writeBox('dinf', writeFullBox('dref', 0, 0, [1], writeFullBox('url ', 0, 1)));
  const minf = writeBox('minf', mediaHeader, dinf, writeSampleTable(track));
  return writeBox('trak', tkhd, ...writeEditList(track), writeBox('mdia', mdhd, hdlr, minf));
}

/**
 * With reordered frames the first picture is shown later than decoded, and a clip begins between two keyframes: the
 * edit begins at the first picture to be shown. A track that begins later has an empty edit before it (clause 8.6.6).
 */
function writeEditList(track: MovieTrack): Uint8Array[] {
  const mediaTicks = firstOffsetOf(track) + (track.edit?.skipTicks ?? 0);
  const delayMs = toMovieTicks(track.delayTicks ?? 0, track.timescale);
  if (mediaTicks === 0 && delayMs === 0 && track.edit === undefined) return [];
  const shownMs = toMovieTicks(shownTicks(track), track.timescale);
  const edits = [
    ...(delayMs === 0 ? [] : [delayMs, EMPTY_EDIT, RATE_ONE]),
    ...[shownMs, mediaTicks, RATE_ONE],
  ];
  return [writeBox('edts', writeFullBox('elst', 0, 0, [edits.length / 3, ...edits]))];
}

function writeSampleTable(track: MovieTrack): Uint8Array {
  return writeBox(
    'stbl',
    track.sampleDescription,
    writeTable('stts', 0, runLengths(samplesOf(track, (chunk, index) => chunk.durations[index] ?? 0))),
    ...writeCompositionOffsets(track),
    ...writeKeyframes(track),
    writeSampleToChunk(track),
    writeSizes(track),
    writeChunkOffsets(track),
  );
}

function* samplesOf(track: MovieTrack, pick: (chunk: Chunk, index: number) => number): Generator<number> {
  for (const chunk of track.chunks)
    for (let index = 0; index < chunk.sizes.length; index += 1) yield pick(chunk, index);
}

function writeCompositionOffsets(track: MovieTrack): Uint8Array[] {
  if (!track.chunks.some(({ compositionOffsets }) => compositionOffsets !== undefined)) return [];
  const entries = runLengths(samplesOf(track, (chunk, index) => chunk.compositionOffsets?.[index] ?? 0));
  return [writeTable('ctts', entries.some((word, at) => at % 2 === 1 && word < 0) ? 1 : 0, entries)];
}

function writeKeyframes(track: MovieTrack): Uint8Array[] {
  const numbers: number[] = [];
  let sampleNumber = 0;
  for (const isKeyframe of samplesOf(track, (chunk, index) => chunk.keyframes[index] ?? 0)) {
    sampleNumber += 1;
    if (isKeyframe === 1) numbers.push(sampleNumber);
  }
  return numbers.length === sampleNumber ? [] : [writeFullBox('stss', 0, 0, [numbers.length], numbers)];
}

function writeSampleToChunk(track: MovieTrack): Uint8Array {
  const entries: number[] = [];
  let last = -1;
  for (const [index, chunk] of track.chunks.entries()) {
    if (chunk.sizes.length === last) continue;
    last = chunk.sizes.length;
    entries.push(index + 1, last, 1);
  }
  return writeFullBox('stsc', 0, 0, [entries.length / 3], entries);
}

function writeSizes(track: MovieTrack): Uint8Array {
  const sizes = Uint32Array.from(samplesOf(track, (chunk, index) => chunk.sizes[index] ?? 0));
  return writeFullBox('stsz', 0, 0, [0, sizes.length], Array.from(sizes));
}

function writeChunkOffsets(track: MovieTrack): Uint8Array {
  const offsets = track.chunks.map(({ offset }) => offset);
  return offsets.some((offset) => offset > 0xffffffff)
    ? writeFullBox('co64', 0, 0, [offsets.length], offsets.flatMap(words64))
    : writeFullBox('stco', 0, 0, [offsets.length], offsets);
}

/** Pairs of (count, value), one behind the other. */
function runLengths(values: Iterable<number>): number[] {
  const pairs: number[] = [];
  for (const value of values) {
    const at = pairs.length - 2;
    if (at >= 0 && pairs[at + 1] === value) pairs[at] = (pairs[at] ?? 0) + 1;
    else pairs.push(1, value);
  }
  return pairs;
}

function writeTable(type: string, version: number, pairs: number[]): Uint8Array {
  return writeFullBox(type, version, 0, [pairs.length / 2], pairs);
}

function words64(value: number): [number, number] {
  return [Math.floor(value / 0x100000000), value % 0x100000000];
}

/**
 * Everything before the payload of a header-first movie, exactly `roomBytes` long: `ftyp`, `moov`, `free`, and the
 * `mdat` header for that payload. Undefined where the index does not fit.
 */
export function writeHeaderFirst(
  moov: Uint8Array,
  roomBytes: number,
  payloadBytes: number,
): Uint8Array | undefined {
  const fileType = writeFileType();
  const freeBytes = roomBytes - headerBytesFor(moov.byteLength);
  if (freeBytes < 0) return undefined;
  return concatBytes(
    fileType,
    moov,
    writeBox('free', new Uint8Array(freeBytes)),
    writeMediaDataHeader(payloadBytes + LARGE_HEADER_BYTES),
  );
}

/**
 * What stands before the payload of an index-last movie, exactly `roomBytes` long: `ftyp`, a `free` where there is room
 * for one, and the `mdat` header for that payload; the index follows behind it. `roomBytes` is either
 * {@link INDEX_LAST_ROOM_BYTES} or at least the header of a `free` more.
 */
export function writeIndexLast(roomBytes: number, payloadBytes: number): Uint8Array {
  const freeBytes = roomBytes - INDEX_LAST_ROOM_BYTES - FREE_HEADER_BYTES;
  return concatBytes(
    writeFileType(),
    ...(roomBytes === INDEX_LAST_ROOM_BYTES ? [] : [writeBox('free', new Uint8Array(freeBytes))]),
    writeMediaDataHeader(payloadBytes + LARGE_HEADER_BYTES),
  );
}

/** What an index-last movie has before its payload where no more room was kept: `ftyp` and the header of `mdat`. */
export const INDEX_LAST_ROOM_BYTES = writeFileType().byteLength + LARGE_HEADER_BYTES;

/** Room that an index of that size needs before the payload. */
export function headerBytesFor(moovBytes: number): number {
  return writeFileType().byteLength + moovBytes + FREE_HEADER_BYTES + LARGE_HEADER_BYTES;
}
