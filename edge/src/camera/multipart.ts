/**
 * JPEGs out of a `multipart/x-mixed-replace` stream, as cameras send it: with and without Content-Length, bare
 * line feeds, a declared boundary that differs from the one in use. The boundary is learnt from the stream itself.
 */
import { AppError } from '@padelvar/shared/errors';
import { isWholeJpeg } from './jpeg.ts';

/** Larger than any 4K camera's JPEG; a stream that exceeds it is not one. */
export const MAX_FRAME_BYTES = 8 * 1024 * 1024;
const MAX_PART_HEADER_BYTES = 8 * 1024;

/** Not enough bytes yet for the step under way. */
const MORE = -1;

export class MultipartParser {
  readonly #onFrame: (jpeg: Buffer) => void;
  readonly #maxFrameBytes: number;
  #chunks: Buffer[] = [];
  #heldBytes = 0;
  /** Nothing can happen before so many bytes are held: chunks of a long frame are joined once. */
  #neededBytes = 1;
  #step: 'boundary' | 'delimiter' | 'header' | 'body' = 'boundary';
  #delimiter = Buffer.alloc(0);
  /** Of the body under way, where its header says so. */
  #lengthBytes: number | undefined;
  /** So much of the body under way holds no delimiter. */
  #searchedBytes = 0;

  constructor(onFrame: (jpeg: Buffer) => void, maxFrameBytes = MAX_FRAME_BYTES) {
    this.#onFrame = onFrame;
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** Throws AppError `camera_no_video` where a frame or its header outgrows its limit. */
  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#heldBytes += chunk.length;
    if (this.#heldBytes < this.#neededBytes) return;
    let bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks, this.#heldBytes);
    for (let used = 0; used !== MORE; used = this.#take(bytes)) bytes = bytes.subarray(used);
    this.#chunks = [bytes];
    this.#heldBytes = bytes.length;
  }

  /** Bytes that the step under way has used, or MORE. */
  #take(bytes: Buffer): number {
    this.#neededBytes = bytes.length + 1;
    switch (this.#step) {
      case 'boundary':
        return this.#learnBoundary(bytes);
      case 'delimiter':
        return this.#skipDelimiter(bytes);
      case 'header':
        return this.#readHeader(bytes);
      case 'body':
        return this.#readBody(bytes);
    }
  }

  /** The first line that begins with two dashes is the delimiter. */
  #learnBoundary(bytes: Buffer): number {
    const lineEnd = bytes.indexOf('\n');
    if (lineEnd < 0) return waitForMore(bytes.length, MAX_PART_HEADER_BYTES);
    const line = bytes.toString('latin1', 0, lineEnd).trim();
    if (line.startsWith('--') && line.length > 2) {
      this.#delimiter = Buffer.from(line, 'latin1');
      this.#step = 'header';
    }
    return lineEnd + 1;
  }

  /** Whatever stands before the delimiter goes: line breaks, or the rest of a body longer than it said. */
  #skipDelimiter(bytes: Buffer): number {
    const at = bytes.indexOf(this.#delimiter);
    if (at < 0) {
      const useless = bytes.length - this.#delimiter.length + 1;
      return useless > 0 ? useless : MORE;
    }
    const lineEnd = bytes.indexOf('\n', at);
    if (lineEnd < 0) return waitForMore(bytes.length - at, MAX_PART_HEADER_BYTES);
    this.#step = 'header';
    return lineEnd + 1;
  }

  #readHeader(bytes: Buffer): number {
    const text = bytes.toString('latin1', 0, MAX_PART_HEADER_BYTES);
    const end = /(?:^|\r?\n)\r?\n/.exec(text);
    if (end === null) return waitForMore(bytes.length, MAX_PART_HEADER_BYTES - 1);
    const length = /^content-length[ \t]*:[ \t]*(\d{1,10})[ \t]*\r?$/im.exec(text.slice(0, end.index))?.[1];
    this.#lengthBytes = length === undefined ? undefined : Number(length);
    this.#searchedBytes = 0;
    this.#step = 'body';
    waitForMore(this.#lengthBytes ?? 0, this.#maxFrameBytes);
    return end.index + end[0].length;
  }

  #readBody(bytes: Buffer): number {
    const end = this.#lengthBytes ?? this.#findBodyEnd(bytes);
    if (end === MORE || bytes.length < end) {
      this.#neededBytes = Math.max(end, bytes.length + 1);
      return waitForMore(bytes.length, this.#maxFrameBytes);
    }
    this.#step = 'delimiter';
    const hasLineBreak = this.#lengthBytes === undefined && bytes[end - 1] === CARRIAGE_RETURN;
    const jpeg = bytes.subarray(0, hasLineBreak ? end - 1 : end);
    if (isWholeJpeg(jpeg)) this.#onFrame(jpeg);
    return end;
  }

  /** Without a length a body ends at the line break before the next delimiter. */
  #findBodyEnd(bytes: Buffer): number {
    const mark = Buffer.concat([LINE_FEED, this.#delimiter]);
    const at = bytes.indexOf(mark, this.#searchedBytes);
    this.#searchedBytes = Math.max(0, bytes.length - mark.length + 1);
    return at < 0 ? MORE : at;
  }
}

const LINE_FEED = Buffer.from('\n');
const CARRIAGE_RETURN = 0x0d;

function waitForMore(foundBytes: number, mostBytes: number): typeof MORE {
  if (foundBytes <= mostBytes) return MORE;
  throw new AppError(
    'camera_no_video',
    `Expected frames of at most ${mostBytes} bytes from the camera, found ${foundBytes} and no end.`,
  );
}
