/** Writes one part's bytes at their place in the upload's file, checking length and MD5 on the way. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { AppError } from '@padelvar/shared/errors';

export interface PartBody {
  offset: number;
  bytes: number;
  /** Base64. */
  md5: string;
  body: ReadableStream<Uint8Array>;
  signal: AbortSignal;
}

/**
 * Resolves once exactly these bytes are on disk. AppError `bad_request` where they are fewer, more or others.
 */
export async function writePartBody(path: string, part: PartBody): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await writeChunks(file, part);
    await file.datasync();
  } finally {
    await file.close();
  }
}

async function writeChunks(file: FileHandle, { offset, bytes, md5, body, signal }: PartBody): Promise<void> {
  const hash = createHash('md5');
  let received = 0;
  for await (const chunk of readUntilAborted(body, signal)) {
    if (received + chunk.length > bytes) throw wrongLength(bytes, received + chunk.length);
    hash.update(chunk);
    await writeFully(file, chunk, offset + received);
    received += chunk.length;
  }
  if (received !== bytes) throw wrongLength(bytes, received);
  const found = hash.digest('base64');
  if (found !== md5) throw new AppError('bad_request', `expected bytes with the MD5 ${md5}, found ${found}`);
}

async function writeFully(file: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  let written = 0;
  while (written < chunk.length) {
    const left = chunk.length - written;
    written += (await file.write(chunk, written, left, position + written)).bytesWritten;
  }
}

async function* readUntilAborted(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  const cancel = (): void => void reader.cancel(signal.reason).catch(() => undefined);
  signal.addEventListener('abort', cancel);
  try {
    while (!signal.aborted) {
      const { done, value } = await readOrCutOff(reader);
      if (done) return;
      yield value;
    }
  } finally {
    signal.removeEventListener('abort', cancel);
    cancel();
  }
}

async function readOrCutOff(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  try {
    return await reader.read();
  } catch (cause) {
    throw new AppError('bad_request', 'expected a whole part, the connection was cut off', { cause });
  }
}

function wrongLength(expected: number, found: number): AppError {
  return new AppError('bad_request', `expected a part of ${expected} bytes, found ${found}`);
}
