/**
 * A recording as the object to be stored: the payload behind its header's room, read from wherever its bytes lie, and the
 * index in that room or at the end. While the recording runs the payload only grows; with the index it is whole.
 */
import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { headerPath } from './folder.ts';
import type { MovieFile, RecordingPaths } from './folder.ts';
import type { Piece } from './select-fragments.ts';
import { partPath } from '../ingest/part.ts';

export interface MovieFacts {
  durationMs: number;
  frames: number;
  codec: string;
  width: number;
  height: number;
}

export interface FinishedMovie {
  totalBytes: number;
  /** Bytes of the index at the end; it is in the header's room where this is absent. */
  indexBytes?: number;
  movie: MovieFacts;
}

export interface MovieView {
  /** By which it goes up: of a movie beside a match its own, see `movie-id.ts`. */
  readonly sessionId: string;
  /** Where the payload begins; the header's room is [0, payloadOffset). */
  readonly payloadOffset: number;
  /** Object bytes [payloadOffset, grownTo()) are on disk and will not change. */
  grownTo(): number;
  /** Set once the header is on disk: then [0, totalBytes) is readable. */
  finished(): FinishedMovie | undefined;
  /** Throws where the range is not readable yet. */
  read(offset: number, length: number): Promise<Buffer>;
}

/** The pieces of a byte range of the payload, `offset` counted from the payload's beginning. Pure. */
export function planReads(pieces: readonly Piece[], offset: number, length: number): Piece[] {
  const reads: Piece[] = [];
  let pieceBegin = 0;
  for (const piece of pieces) {
    const from = Math.max(offset, pieceBegin);
    const to = Math.min(offset + length, pieceBegin + piece.bytes);
    if (from < to)
      reads.push({ part: piece.part, offset: piece.offset + from - pieceBegin, bytes: to - from });
    pieceBegin += piece.bytes;
  }
  return reads;
}

export function payloadBytes(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** The view of a recording that runs. `readPart` reads the growing files. */
export function viewRunning(
  sessionId: string,
  payloadOffset: number,
  pieces: () => readonly Piece[],
  readPart: (part: number, offset: number, length: number) => Promise<Buffer>,
): MovieView {
  return {
    sessionId,
    payloadOffset,
    grownTo: () => payloadOffset + payloadBytes(pieces()),
    finished: () => undefined,
    async read(offset, length) {
      const reads = planReads(pieces(), offset - payloadOffset, length);
      if (offset < payloadOffset || payloadBytes(reads) !== length) throw rangeError(offset, length);
      return Buffer.concat(
        await Promise.all(reads.map((piece) => readPart(piece.part, piece.offset, piece.bytes))),
      );
    },
  };
}

/** The view of a movie that stays as it is: it holds nothing of the recording that it was. */
export function viewSettled(paths: RecordingPaths, movie: MovieFile): MovieView {
  return viewFinished(paths, () => movie);
}

/** The view of a finished movie; `current` is read at each call, since joining moves the pieces. */
export function viewFinished(paths: RecordingPaths, current: () => MovieFile): MovieView {
  const { sessionId, payloadOffset } = current();
  const bodyOf = async (offset: number, length: number): Promise<Buffer> => {
    const reads = planReads(current().pieces, offset, length);
    const pathOf = (part: number): string => (part === 0 ? paths.movie : partPath(paths.folder, part));
    return Buffer.concat(
      await Promise.all(reads.map((piece) => readRange(pathOf(piece.part), piece.offset, piece.bytes))),
    );
  };
  return {
    sessionId,
    payloadOffset,
    grownTo: () => current().totalBytes,
    finished() {
      const { totalBytes, indexBytes, durationMs, frames, codec, width, height } = current();
      const movie = { durationMs, frames, codec, width, height };
      return { totalBytes, movie, ...(indexBytes === undefined ? {} : { indexBytes }) };
    },
    async read(offset, length) {
      const { totalBytes, indexBytes = 0 } = current();
      if (offset < 0 || offset + length > totalBytes) throw rangeError(offset, length);
      const end = offset + length;
      const payloadEnd = totalBytes - indexBytes;
      /** The file of the header holds the index at the end right behind it. */
      const readHeader = (from: number, to: number): Promise<Buffer> =>
        from < to ? readRange(headerPath(paths.folder), from, to - from) : Promise.resolve(Buffer.alloc(0));
      const [from, to] = [Math.max(offset, payloadOffset), Math.min(end, payloadEnd)];
      const head = await readHeader(offset, Math.min(end, payloadOffset));
      // A part that was just renamed or joined is found at its new place.
      const payload = await retryMoved(() => bodyOf(from - payloadOffset, Math.max(0, to - from)));
      const indexAt = payloadOffset - payloadEnd;
      const index = await readHeader(Math.max(offset, payloadEnd) + indexAt, end + indexAt);
      return Buffer.concat([head, payload, index]);
    },
  };
}

const MOVED_RETRIES = 200;
const MOVED_RETRY_MS = 25;

async function retryMoved(read: () => Promise<Buffer>): Promise<Buffer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await read();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt > MOVED_RETRIES) throw error;
      await delay(MOVED_RETRY_MS);
    }
  }
}

/** Throws where the file has fewer bytes. */
export async function readRange(path: string, offset: number, length: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(length);
    const { bytesRead } = await file.read(buffer, 0, length, offset);
    if (bytesRead !== length)
      throw new Error(`expected ${String(length)} bytes at ${String(offset)}, found ${String(bytesRead)}`);
    return buffer;
  } finally {
    await file.close();
  }
}

function rangeError(offset: number, length: number): Error {
  return new RangeError(`expected a readable range, found ${String(length)} bytes at ${String(offset)}`);
}
