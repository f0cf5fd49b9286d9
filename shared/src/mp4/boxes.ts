/**
 * Boxes of ISO base media files (ISO/IEC 14496-12), read and written.
 *
 * `mp4` is the form of a movie as edge and portal both know it: boxes, init segments, the index of a finished movie, and
 * clips cut by it. Bytes only: it does no I/O, knows nothing of files, cameras or time zones.
 */

/** A box inside a buffer. Offsets and sizes in bytes. */
export interface Box {
  type: string;
  /** Where the box begins, header included. */
  offset: number;
  headerBytes: number;
  /** Size of the whole box, header included. */
  bytes: number;
}

/** Largest header a box can have here: 32-bit size, type, 64-bit size. */
export const LARGE_HEADER_BYTES = 16;
const HEADER_BYTES = 8;

/**
 * The header of the box at `offset`, or undefined where the bytes end before it does or hold none: a size
 * smaller than its own header, or zero ("to the end of the file"), which a growing file must not be trusted with.
 */
export function readBoxHeader(data: Uint8Array, offset: number): Box | undefined {
  if (offset + HEADER_BYTES > data.byteLength || !isType(data, offset + 4)) return undefined;
  let bytes = readUint32(data, offset);
  let headerBytes = HEADER_BYTES;
  if (bytes === 1) {
    if (offset + LARGE_HEADER_BYTES > data.byteLength) return undefined;
    bytes = readUint32(data, offset + 8) * 2 ** 32 + readUint32(data, offset + 12);
    headerBytes = LARGE_HEADER_BYTES;
  }
  return bytes < headerBytes ? undefined : { type: readType(data, offset + 4), offset, headerBytes, bytes };
}

/** The whole boxes between two offsets, in order; ends at the first that is not whole. */
export function* readBoxes(data: Uint8Array, from = 0, to = data.byteLength): Generator<Box> {
  for (let offset = from; offset < to;) {
    const box = readBoxHeader(data, offset);
    if (box === undefined || offset + box.bytes > to) return;
    yield box;
    offset += box.bytes;
  }
}

/** The first box of that type among the children of `parent` (or at the top), or undefined. */
export function findBox(data: Uint8Array, type: string, parent?: Box, skipBytes = 0): Box | undefined {
  const [from, to] = parent === undefined ? [0, data.byteLength] : contentOf(parent);
  for (const box of readBoxes(data, from + skipBytes, to)) if (box.type === type) return box;
  return undefined;
}

/** The box at the end of a path of types. Throws where there is none. */
export function getBox(data: Uint8Array, path: readonly string[], parent?: Box): Box {
  let box = parent;
  for (const type of path) {
    const child = findBox(data, type, box);
    if (child === undefined) throw new Error(`expected a box ${path.join('/')}, found no ${type}`);
    box = child;
  }
  if (box === undefined) throw new Error('expected a path of at least one box type');
  return box;
}

/** First and last offset of a box's content. */
export function contentOf(box: Box): [from: number, to: number] {
  return [box.offset + box.headerBytes, box.offset + box.bytes];
}

export function sliceBox(data: Uint8Array, box: Box): Uint8Array {
  return data.subarray(box.offset, box.offset + box.bytes);
}

export function viewOf(data: Uint8Array): DataView {
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}

/** Without a view or a copy: this runs some twenty times for each fragment of each court. */
function readUint32(data: Uint8Array, offset: number): number {
  const [first, second] = [data[offset] ?? 0, data[offset + 1] ?? 0];
  const [third, fourth] = [data[offset + 2] ?? 0, data[offset + 3] ?? 0];
  return first * 2 ** 24 + ((second << 16) | (third << 8) | fourth);
}

/** Four printable characters, of which QuickTime's may have a copyright sign. */
function isType(data: Uint8Array, offset: number): boolean {
  for (let at = offset; at < offset + 4; at += 1) {
    const code = data[at] ?? 0;
    if ((code < 0x20 || code > 0x7e) && code !== 0xa9) return false;
  }
  return true;
}

function readType(data: Uint8Array, offset: number): string {
  const [first, second] = [data[offset] ?? 0, data[offset + 1] ?? 0];
  const [third, fourth] = [data[offset + 2] ?? 0, data[offset + 3] ?? 0];
  return String.fromCharCode(first, second, third, fourth);
}

/** What a box is made of: bytes as they are, or numbers as big-endian 32-bit words. */
export type BoxContent = Uint8Array | readonly number[];

export function writeBox(type: string, ...contents: BoxContent[]): Uint8Array {
  const bodyBytes = contents.reduce((sum, content) => sum + sizeOf(content), 0);
  const box = new Uint8Array(HEADER_BYTES + bodyBytes);
  viewOf(box).setUint32(0, box.byteLength);
  writeType(box, 4, type);
  let offset = HEADER_BYTES;
  for (const content of contents) {
    writeContent(box, offset, content);
    offset += sizeOf(content);
  }
  return box;
}

/** A box with version and flags (14496-12 clause 4.2). */
export function writeFullBox(
  type: string,
  version: number,
  flags: number,
  ...contents: BoxContent[]
): Uint8Array {
  return writeBox(type, [((version << 24) | flags) >>> 0], ...contents);
}

/** The 16-byte header of an `mdat` of that whole size, in its 64-bit form. */
export function writeMediaDataHeader(bytes: number): Uint8Array {
  const header = new Uint8Array(LARGE_HEADER_BYTES);
  viewOf(header).setUint32(0, 1);
  writeType(header, 4, 'mdat');
  viewOf(header).setBigUint64(8, BigInt(bytes));
  return header;
}

export function concatBytes(...pieces: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0));
  let offset = 0;
  for (const piece of pieces) {
    all.set(piece, offset);
    offset += piece.byteLength;
  }
  return all;
}

/** Four characters as one 32-bit word. */
export function typeWord(type: string): number {
  return Array.from(type).reduce((word, character) => ((word << 8) | character.charCodeAt(0)) >>> 0, 0);
}

function writeType(box: Uint8Array, offset: number, type: string): void {
  for (let index = 0; index < 4; index += 1) box[offset + index] = type.charCodeAt(index);
}

function sizeOf(content: BoxContent): number {
  return content instanceof Uint8Array ? content.byteLength : content.length * 4;
}

function writeContent(box: Uint8Array, offset: number, content: BoxContent): void {
  if (content instanceof Uint8Array) {
    box.set(content, offset);
    return;
  }
  const view = viewOf(box);
  for (const [index, word] of content.entries()) view.setUint32(offset + index * 4, word >>> 0);
}
