/**
 * A handful of a picture's pixels, by one FFmpeg at the lowest priority that ends with it. Single pixels and no averages: the
 * noise of a sensor stays in them.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { AppError } from '@padelvar/shared/errors';
import { lowerPriority } from '../base/child-process.ts';

/** A keyframe with the init segment before it, or a JPEG. */
export interface CodedPicture {
  format: 'mp4' | 'mjpeg';
  bytes: Buffer;
}

export interface LumaOptions {
  ffmpegPath: string;
  picture: CodedPicture;
  /** Ends it; it rejects then. */
  signal: AbortSignal;
}

const [COLUMNS, ROWS] = [64, 36];
export const LUMA_SAMPLES = COLUMNS * ROWS;
/** A tenth of a second's work; behind 16 recorders and their encoders it may wait long for its turns. */
const TIMEOUT_MS = 30_000;

/** Brightness of {@link LUMA_SAMPLES} pixels spread over the picture, row by row, from 0 (black) to 255. */
export async function takeLumaSample({ ffmpegPath, picture, signal }: LumaOptions): Promise<Uint8Array> {
  const child = spawn(
    ffmpegPath,
    [
      ...['-v', 'error', '-threads', '1', '-probesize', '32', '-analyzeduration', '0'],
      ...['-protocol_whitelist', 'pipe', '-f', picture.format, '-i', 'pipe:0', '-an', '-frames:v', '1'],
      ...['-vf', `scale=${String(COLUMNS)}:${String(ROWS)}:flags=neighbor:out_range=full,format=gray`],
      ...['-threads', '1', '-f', 'rawvideo', 'pipe:1'],
    ],
    {
      stdio: ['pipe', 'pipe', 'ignore'],
      signal,
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
    },
  );
  const ended = once(child, 'close');
  ended.catch(() => undefined);
  if (child.pid !== undefined) lowerPriority(child.pid);
  const pieces: Buffer[] = [];
  child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
  // It may have had enough before it has it all; what came out counts.
  await pipeline([picture.bytes], child.stdin).catch(() => undefined);
  await ended;
  const luma = Buffer.concat(pieces);
  if (luma.length === LUMA_SAMPLES) return luma;
  throw new AppError('internal', `expected ${String(LUMA_SAMPLES)} pixels, found ${String(luma.length)}`);
}
