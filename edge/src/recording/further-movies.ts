/** The numbered movies of a recording whose codec changed: `<sessionId>.2.mp4`, and so on, beside the movie. */
import { open } from 'node:fs/promises';
import { renameDurably } from '../base/atomic-file.ts';
import { payloadBytes } from './movie-view.ts';
import { formatHeader } from './finalise.ts';
import { tracksOf } from './assemble.ts';
import type { Assembly } from './assemble.ts';
import { FIRST_FURTHER, furtherMoviePath, joinPath } from './folder.ts';
import type { RecordingPaths } from './folder.ts';
import type { Piece } from './select-fragments.ts';

const COPY_BYTES = 4 * 1024 * 1024;

type ReadPart = (part: number, offset: number, length: number) => Promise<Buffer>;

/** Written aside, synced, renamed; safe to repeat for as long as the parts are there. */
export async function writeFurtherMovies(
  paths: RecordingPaths,
  assemblies: readonly Assembly[],
  readPart: ReadPart,
): Promise<void> {
  const whole = assemblies.filter(({ frames }) => frames > 0);
  for (const [index, assembly] of whole.entries())
    await writeMovie(furtherMoviePath(paths.movie, FIRST_FURTHER + index), assembly, readPart);
}

async function writeMovie(path: string, assembly: Assembly, readPart: ReadPart): Promise<void> {
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
}

async function* readPiece({ part, offset, bytes }: Piece, readPart: ReadPart): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes; at += COPY_BYTES)
    yield await readPart(part, offset + at, Math.min(COPY_BYTES, bytes - at));
}
