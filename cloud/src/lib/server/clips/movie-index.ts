/** Finds and reads the index of a stored movie, whether it stands first or last in the object. */
import { AppError } from '@padelvar/shared/errors';
import { concatBytes, readBoxHeader } from '@padelvar/shared/mp4/boxes';
import { writeFileType, type MovieTrack } from '@padelvar/shared/mp4/movie-header';
import { parseMovieTracks } from '@padelvar/shared/mp4/sample-tables';

/** Bytes `offset` to `offset + length` of the object; fewer at its end. */
export type ReadObject = (offset: number, length: number) => Promise<Uint8Array>;

/** Enough for the boxes before the index, and often for the index itself. */
const FIRST_READ_BYTES = 64 * 1024;
/** Five hours at 60 frames per second. */
const MAX_INDEX_BYTES = 32 * 1024 * 1024;
/** `ftyp`, `free`, `mdat` or `moov`, and what else may stand beside them. */
const MAX_BOXES = 16;

/** Chunk offsets count from the beginning of the object. AppError `not_ready` where it has no index. */
export async function readMovieTracks(read: ReadObject): Promise<MovieTrack[]> {
  const head = await read(0, FIRST_READ_BYTES);
  const readAt = async (offset: number, length: number): Promise<Uint8Array> =>
    offset + length <= head.byteLength ? head.subarray(offset, offset + length) : read(offset, length);
  let offset = 0;
  for (let box = 0; box < MAX_BOXES; box += 1) {
    const found = readBoxHeader(await readAt(offset, 16), 0);
    if (found === undefined) break;
    if (found.type === 'moov' && found.bytes <= MAX_INDEX_BYTES) {
      return parseMovieTracks(concatBytes(writeFileType(), await readAt(offset, found.bytes)));
    }
    offset += found.bytes;
  }
  throw new AppError('not_ready', 'expected a movie with an index; found none to cut clips by');
}
