/** What an HTTP camera's answer holds: its kind by Content-Type, and its JPEGs. */
import type { IncomingMessage } from 'node:http';
import { AppError } from '@padelvar/shared/errors';
import type { CameraTarget } from './address.ts';
import { isWholeJpeg } from './jpeg.ts';
import { MAX_FRAME_BYTES, MultipartParser } from './multipart.ts';
import { printable } from './trouble.ts';

export type HttpKind = 'mjpeg' | 'still';

/** AppError `camera_no_video`, naming the type found, where it is neither a multipart stream nor a JPEG. */
export function findHttpKind(target: CameraTarget, answer: IncomingMessage): HttpKind {
  const contentType = answer.headers['content-type'] ?? '';
  if (/^\s*multipart\//i.test(contentType)) return 'mjpeg';
  if (/^\s*image\/p?jpe?g\b/i.test(contentType)) return 'still';
  const found = contentType === '' ? 'no type' : printable(contentType, 60);
  throw new AppError(
    'camera_no_video',
    `Expected a JPEG or a multipart stream of them at ${target.name}, found ${found}.`,
  );
}

/** Waits for one whole JPEG: the proof that there is a picture behind the Content-Type. */
export async function readFirstFrame(
  target: CameraTarget,
  answer: IncomingMessage,
  kind: HttpKind,
): Promise<Buffer> {
  if (kind === 'still') return readStill(target, answer);
  let first: Buffer | undefined;
  await readMultipart(answer, (jpeg) => {
    first ??= jpeg;
    answer.destroy();
  }).catch((error: unknown) => {
    if (first === undefined) throw error;
  });
  if (first !== undefined) return first;
  throw new AppError(
    'camera_no_video',
    `Expected frames from the camera at ${target.name}, found a stream that ends before the first.`,
  );
}

/** Hands on every whole JPEG of a multipart answer; resolves at its end, rejects with what cut it off. */
export async function readMultipart(answer: IncomingMessage, onFrame: (jpeg: Buffer) => void): Promise<void> {
  const parser = new MultipartParser(onFrame);
  for await (const chunk of answer) parser.push(chunk as Buffer);
}

/** AppError `camera_no_video` where the body is not one whole JPEG. */
export async function readStill(target: CameraTarget, answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let heldBytes = 0;
  for await (const chunk of answer) {
    chunks.push(chunk as Buffer);
    heldBytes += (chunk as Buffer).length;
    if (heldBytes > MAX_FRAME_BYTES) break;
  }
  const jpeg = Buffer.concat(chunks);
  if (isWholeJpeg(jpeg) && heldBytes <= MAX_FRAME_BYTES) return jpeg;
  throw new AppError(
    'camera_no_video',
    `Expected a whole JPEG from the camera at ${target.name}, found ${heldBytes} bytes that are none.`,
  );
}
