/** Pictures of single keyframes: a small movie of nothing else goes through one FFmpeg, at the lowest priority. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '@padelvar/shared/errors';
import { headerBytesFor, writeHeaderFirst, writeMovieHeader } from '@padelvar/shared/mp4/movie-header';
import type { MovieTrack } from '@padelvar/shared/mp4/movie-header';
import { lowerPriority } from '../base/child-process.ts';
import type { KeyframePlace } from './storyboard-plan.ts';

export interface KeyframePictures {
  ffmpegPath: string;
  /** Of the movie that the keyframes are from. */
  track: MovieTrack;
  places: readonly KeyframePlace[];
  /** Reads where `places` point to. */
  read: (offset: number, bytes: number) => Promise<Buffer>;
  /** FFmpeg's filters; what comes out is one picture. */
  filters: string;
  signal: AbortSignal;
}

/** Pictures apart in the small movie, ticks: any will do. */
const FRAME_TICKS = 3_600;
/** 2 is FFmpeg's best quality, 31 its worst. */
const JPEG_QUALITY = 5;
const MAX_JPEG_BYTES = 8 * 1024 * 1024;

/** One JPEG. */
export async function drawKeyframes(options: KeyframePictures): Promise<Buffer> {
  const { ffmpegPath, filters, signal } = options;
  const child = spawn(
    ffmpegPath,
    [
      ...['-nostdin', '-v', 'error', '-threads', '1', '-probesize', '32', '-analyzeduration', '0'],
      ...['-protocol_whitelist', 'pipe', '-f', 'mp4', '-i', 'pipe:0', '-an'],
      ...['-vf', `${filters},format=yuvj420p`, '-fps_mode', 'passthrough', '-frames:v', '1'],
      ...['-threads', '1', '-c:v', 'mjpeg', '-q:v', String(JPEG_QUALITY), '-f', 'image2pipe', 'pipe:1'],
    ],
    { stdio: ['pipe', 'pipe', 'pipe'], signal },
  );
  const ended = once(child, 'close') as Promise<[number | null]>;
  ended.catch(() => undefined);
  if (child.pid !== undefined) lowerPriority(child.pid);
  const [jpeg, complaints] = [collect(child.stdout, MAX_JPEG_BYTES), collect(child.stderr, 64 * 1024)];
  const fed = pipeline(feed(options), child.stdin).catch((error: unknown) => {
    // It may have had enough; what it says counts.
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') child.kill('SIGKILL');
  });
  await fed;
  const [code] = await ended;
  const picture = await jpeg;
  if (code === 0 && picture.length > 0) return picture;
  throw new AppError(
    'internal',
    `expected a picture, FFmpeg ended with ${String(code)}: ${String(await complaints)}`,
  );
}

async function* feed({ track, places, read }: KeyframePictures): AsyncGenerator<Uint8Array> {
  yield formatHead(track, places);
  for (const { offset, bytes } of places) yield await read(offset, bytes);
}

/** `ftyp`, `moov` and the header of the `mdat` that the keyframes fill. */
function formatHead(track: MovieTrack, places: readonly KeyframePlace[]): Uint8Array {
  const payloadBytes = places.reduce((sum, { bytes }) => sum + bytes, 0);
  const moovAt = (firstOffset: number): Uint8Array => {
    let offset = firstOffset;
    const chunks = places.map(({ bytes }) => {
      const chunk = { offset, durations: [FRAME_TICKS], sizes: [bytes], keyframes: [1] };
      offset += bytes;
      return chunk;
    });
    const { handler, timescale, sampleDescription, width, height } = track;
    return writeMovieHeader([{ handler, timescale, sampleDescription, width, height, chunks }]);
  };
  const roomBytes = headerBytesFor(moovAt(0).byteLength);
  const head = writeHeaderFirst(moovAt(roomBytes), roomBytes, payloadBytes);
  if (head === undefined) throw new Error('expected a header that fits the room made for it');
  return head;
}

async function collect(stream: Readable, mostBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of stream as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes <= mostBytes) pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
