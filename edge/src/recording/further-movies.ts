/** The numbered movies of a recording whose codec changed: `<sessionId>.2.mp4`, and so on, beside the movie. */
import { open, stat } from 'node:fs/promises';
import type { FurtherMovie } from '@padelvar/shared/link';
import { renameDurably } from '../base/atomic-file.ts';
import { formatMovieId } from './movie-id.ts';
import { payloadBytes, readRange } from './movie-view.ts';
import type { MovieView } from './movie-view.ts';
import { formatHeader } from './finalise.ts';
import { assemble, tracksOf } from './assemble.ts';
import type { Assembly } from './assemble.ts';
import { FIRST_FURTHER, furtherMoviePath, joinPath } from './folder.ts';
import type { RecordingPaths } from './folder.ts';
import { rescaleEnds } from './rescale.ts';
import { originOf, selectFragments } from './select-fragments.ts';
import type { PartIndex, Piece, StartMark } from './select-fragments.ts';

const COPY_BYTES = 4 * 1024 * 1024;

type ReadPart = (part: number, offset: number, length: number) => Promise<Buffer>;

export interface PlannedFurther {
  assembly: Assembly;
  /** On the time line of the first codec's movie. */
  fromMs: number;
}

/** `groups`: the parts by codec, the first the movie's. */
export function planFurther(
  groups: readonly PartIndex[][],
  start: StartMark,
  endsAtMs: number,
): PlannedFurther[] {
  const originMs = (parts: readonly PartIndex[]): number =>
    originOf(selectFragments(parts, start, endsAtMs).map(rescaleEnds));
  const [own = [], ...others] = groups;
  return others
    .map((parts) => ({
      assembly: assemble(parts, start, endsAtMs),
      fromMs: Math.max(0, Math.round(originMs(parts) - originMs(own))),
    }))
    .filter(({ assembly }) => assembly.frames > 0);
}

/** Written aside, synced, renamed; safe to repeat for as long as the parts are there. */
export async function writeFurtherMovies(
  paths: RecordingPaths,
  planned: readonly PlannedFurther[],
  readPart: ReadPart,
): Promise<FurtherMovie[]> {
  const movies: FurtherMovie[] = [];
  for (const [index, { assembly, fromMs }] of planned.entries()) {
    const number = FIRST_FURTHER + index;
    const bytes = await writeMovie(furtherMoviePath(paths.movie, number), assembly, readPart);
    movies.push({ number, fromMs, bytes, reason: 'codec_changed', ...describe(assembly) });
  }
  return movies;
}

function describe({
  durationMs,
  frames,
  codec,
  track,
}: Assembly): Omit<FurtherMovie, 'number' | 'fromMs' | 'bytes' | 'reason'> {
  return { durationMs, frames, codec, width: track?.width ?? 0, height: track?.height ?? 0 };
}

export interface FurtherView {
  totalBytes: number;
  read(offset: number, length: number): Promise<Buffer>;
}

export function viewFurther(
  { movie }: RecordingPaths,
  { number, bytes }: Pick<FurtherMovie, 'number' | 'bytes'>,
): FurtherView {
  const path = furtherMoviePath(movie, number);
  return { totalBytes: bytes, read: (offset, length) => readRange(path, offset, length) };
}

/** As it is uploaded: whole from the beginning. */
export function viewFurtherUpload(paths: RecordingPaths, sessionId: string, movie: FurtherMovie): MovieView {
  const { number, bytes, durationMs, frames, codec, width, height } = movie;
  const view = viewFurther(paths, movie);
  return {
    sessionId: formatMovieId({ sessionId, number }),
    payloadOffset: 0,
    grownTo: () => bytes,
    finished: () => ({ totalBytes: bytes, movie: { durationMs, frames, codec, width, height } }),
    read: (offset, length) => view.read(offset, length),
  };
}

/** Answers how many bytes it has. */
async function writeMovie(path: string, assembly: Assembly, readPart: ReadPart): Promise<number> {
  const aside = joinPath(path);
  const file = await open(aside, 'w', 0o600);
  try {
    await file.writeFile(formatHeader(tracksOf(assembly), 0, payloadBytes(assembly.pieces)));
    for (const piece of assembly.pieces)
      for await (const bytes of readPiece(piece, readPart)) await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await renameDurably(aside, path);
  return (await stat(path)).size;
}

async function* readPiece({ part, offset, bytes }: Piece, readPart: ReadPart): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes; at += COPY_BYTES)
    yield await readPart(part, offset + at, Math.min(COPY_BYTES, bytes - at));
}
