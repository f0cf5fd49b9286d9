/**
 * Makes the one movie of a recording: writes its index, not its video. Steps, each safe to repeat after a crash:
 * 1. header and movie record, written aside, synced, renamed: from here the movie can be served and stored;
 * 2. one part: what lies before the start punched out, index appended and synced, 16 bytes over its own empty `moov`,
 *    synced, renamed to its final name;
 *    several parts: joined into a new file, synced, renamed to its final name;
 * 3. movie record pointing at the final file; what is left of the parts removed.
 */
import { open, rm, statfs } from 'node:fs/promises';
import { AppError } from '@padelvar/shared/errors';
import { concatBytes, writeMediaDataHeader } from '@padelvar/shared/mp4/boxes';
import {
  headerBytesFor,
  writeHeaderFirst,
  writeIndexLast,
  writeMovieHeader,
} from '@padelvar/shared/mp4/movie-header';
import type { MovieTrack } from '@padelvar/shared/mp4/movie-header';
import { renameDurably, writeFileAtomic } from '../base/atomic-file.ts';
import { punchHole } from '../base/punch-hole.ts';
import { writeWhole } from '../base/write-whole.ts';
import { listPartNumbers, partPath, removePart, savePartRecord } from '../ingest/part.ts';
import { tracksOf } from './assemble.ts';
import type { Assembly } from './assemble.ts';
import { fileExists, headerPath, joinPath, saveRecord } from './folder.ts';
import type { MovieFile, RecordingPaths } from './folder.ts';
import { payloadBytes, viewFinished } from './movie-view.ts';
import type { RecordedPart } from './recorded-part.ts';

const COPY_BYTES = 4 * 1024 * 1024;
/** What a copy leaves free. */
const JOIN_SPARE_BYTES = 16 * 1024 * 1024;

/** Step 1. */
export async function writeHeader(
  paths: RecordingPaths,
  sessionId: string,
  assembly: Assembly,
  { head, index, totalBytes }: PlannedObject,
): Promise<MovieFile> {
  const { track, pieces, gaps, durationMs, frames, codec } = assembly;
  if (track === undefined || frames === 0)
    throw new AppError('not_ready', 'expected at least one frame, found none');
  await writeFileAtomic(headerPath(paths.folder), concatBytes(head, index));
  const indexBytes = index.byteLength;
  const movie = {
    ...{ sessionId, payloadOffset: head.byteLength, totalBytes, durationMs, frames, codec },
    ...(indexBytes === 0 ? {} : { indexBytes }),
    ...{ width: track.width, height: track.height, gaps, pieces },
  };
  await saveRecord(paths.folder, 'movie.json', movie);
  return movie;
}

export interface PlannedObject {
  /** Stands before the payload, exactly as long as its room. */
  head: Uint8Array;
  /** Stands behind it; empty where the index is in the room. */
  index: Uint8Array;
  totalBytes: number;
}

/** `roomBytes` is what was promised to the uploader; an index that needs more goes behind the payload. */
export function planObject(assembly: Assembly, roomBytes: number): PlannedObject {
  const bytes = payloadBytes(assembly.pieces);
  const moov = writeMovieHeader(shiftChunks(tracksOf(assembly), roomBytes));
  const first = writeHeaderFirst(moov, roomBytes, bytes);
  const head = first ?? writeIndexLast(roomBytes, bytes);
  const index = first === undefined ? moov : new Uint8Array();
  return { head, index, totalBytes: roomBytes + bytes + index.byteLength };
}

/** As long as its room, or longer where the index needs it; a moved payload can need longer offsets once more. */
export function formatHeader(tracks: readonly MovieTrack[], roomBytes: number, bytes: number): Uint8Array {
  for (let room = roomBytes; ;) {
    const moov = writeMovieHeader(shiftChunks(tracks, room));
    const header = writeHeaderFirst(moov, room, bytes);
    if (header !== undefined) return header;
    room = headerBytesFor(moov.byteLength);
  }
}

export interface FinishOptions {
  paths: RecordingPaths;
  movie: MovieFile;
  assembly: Assembly;
  parts: readonly RecordedPart[];
  /** The movie has its final name. */
  onRenamed: (movie: MovieFile) => void;
}

/** Steps 2 and 3, or what of them an earlier try left; the answer points at the final file. */
export async function finishOnDisk(options: FinishOptions): Promise<MovieFile> {
  const { paths, movie } = options;
  const only = movie.pieces.length === 1 ? movie.pieces[0] : undefined;
  const finished =
    only?.part === 0
      ? movie
      : await (only === undefined ? joinParts(paths, movie) : finishInPlace(options, only));
  options.onRenamed(finished);
  await saveRecord(paths.folder, 'movie.json', finished);
  await removeLeftParts(paths);
  return finished;
}

/** Frames before the start do not stay on the disk. */
async function finishInPlace(
  { paths, movie, assembly, parts }: FinishOptions,
  piece: MovieFile['pieces'][number],
): Promise<MovieFile> {
  const part = parts.find(({ record }) => record.number === piece.part);
  if (part?.init === undefined || assembly.track === undefined)
    throw new Error(`expected part ${String(piece.part)} with frames`);
  const path = partPath(paths.folder, piece.part);
  const { init } = part;
  // The record first: recovery must not look for fragments where there are none any more.
  await savePartRecord(paths.folder, { ...part.record, trimmedTo: piece.offset });
  await punchHole(path, init.bytes, piece.offset - init.bytes);
  const payloadEnd = piece.offset + piece.bytes;
  const file = await open(path, 'r+');
  try {
    await file.truncate(payloadEnd);
    const index = writeMovieHeader(shiftChunks(tracksOf(assembly), piece.offset));
    await writeWhole(file, index, payloadEnd);
    await file.sync();
    const header = writeMediaDataHeader(payloadEnd - init.moovOffset);
    await writeWhole(file, header, init.moovOffset);
    await file.sync();
  } finally {
    await file.close();
  }
  await renameDurably(path, paths.movie);
  return { ...movie, pieces: [{ ...piece, part: 0 }] };
}

async function joinParts(paths: RecordingPaths, movie: MovieFile): Promise<MovieFile> {
  const view = viewFinished(paths, () => movie);
  const aside = joinPath(paths.movie);
  await requireRoom(paths.folder, movie.totalBytes);
  const file = await open(aside, 'w', 0o600);
  try {
    for (let offset = 0; offset < movie.totalBytes; offset += COPY_BYTES) {
      const bytes = await view.read(offset, Math.min(COPY_BYTES, movie.totalBytes - offset));
      await writeWhole(file, bytes, offset);
    }
    await file.sync();
  } catch (error) {
    // Half a copy is of no use, and its room may be all there is.
    await rm(aside, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  await renameDurably(aside, paths.movie);
  return { ...movie, pieces: [{ part: 0, offset: movie.payloadOffset, bytes: payloadBytes(movie.pieces) }] };
}

/** A copy takes no room that recordings need: parts are served as they are until there is some. */
async function requireRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= bytes + JOIN_SPARE_BYTES) return;
  throw new AppError(
    'disk_full',
    `Expected room for a copy of ${String(bytes)} bytes, found ${String(bavail * bsize)}.`,
  );
}

/** Chunk offsets of an assembly count from its payload; a movie's count from its file. */
function shiftChunks(tracks: readonly MovieTrack[], byBytes: number): MovieTrack[] {
  return tracks.map((track) => ({
    ...track,
    chunks: track.chunks.map((chunk) => ({ ...chunk, offset: chunk.offset + byBytes })),
  }));
}

/** Once the movie has its final name, nothing of its parts is needed. */
export async function removeLeftParts({ folder }: RecordingPaths): Promise<void> {
  for (const number of await listPartNumbers(folder)) await removePart(folder, number);
}

/** Whether a crash fell between the rename of step 2 and the record of step 3; the answer then points at the final file. */
export async function settleRenamed(paths: RecordingPaths, movie: MovieFile): Promise<MovieFile> {
  const only = movie.pieces.length === 1 ? movie.pieces[0] : undefined;
  if (only === undefined || only.part === 0 || (await fileExists(partPath(paths.folder, only.part))))
    return movie;
  if (!(await fileExists(paths.movie))) return movie;
  const settled = { ...movie, pieces: [{ ...only, part: 0 }] };
  await saveRecord(paths.folder, 'movie.json', settled);
  return settled;
}
