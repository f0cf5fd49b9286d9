/** Reads one JPEG out of a request, within bounds. */
import { AppError } from '@padelvar/shared/errors';
import { MAX_PREVIEW_FRAME_BYTES } from '@padelvar/shared/limits';

/** AppError `too_large` over 1 MiB, `bad_request` where it does not begin as a JPEG does. */
export async function readJpeg({ body, headers }: Request): Promise<Uint8Array> {
  if (Number(headers.get('content-length') ?? 0) > MAX_PREVIEW_FRAME_BYTES) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_PREVIEW_FRAME_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  const jpeg = Buffer.concat(chunks);
  if (jpeg[0] === 0xff && jpeg[1] === 0xd8 && jpeg[2] === 0xff) return jpeg;
  throw new AppError('bad_request', 'expected a JPEG');
}

function tooLarge(): AppError {
  return new AppError('too_large', `expected a JPEG of at most ${MAX_PREVIEW_FRAME_BYTES} bytes`);
}
