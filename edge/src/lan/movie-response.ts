/** A movie or a clip over HTTP: whole or one range, read piece by piece, never held in memory. */
import { planRange } from '@padelvar/shared/byte-range';

export interface ServedMovie {
  /** Names these very bytes. */
  etag: string;
  totalBytes: number;
  read(offset: number, length: number): Promise<Buffer>;
}

const CHUNK_BYTES = 1024 * 1024;

/** Answers 200, 206 or 416. */
export function formatMovieResponse(movie: ServedMovie, request: Request): Response {
  const { etag, totalBytes } = movie;
  const plan = planRange({
    range: request.headers.get('range') ?? undefined,
    ifRange: request.headers.get('if-range') ?? undefined,
    etag,
    totalBytes,
  });
  const headers = {
    'accept-ranges': 'bytes',
    'content-type': 'video/mp4',
    'cache-control': 'no-store',
    etag,
  };
  if (plan.kind === 'unsatisfiable') {
    return new Response(null, {
      status: 416,
      headers: { ...headers, 'content-range': `bytes */${String(totalBytes)}` },
    });
  }
  const { start, end } = plan.kind === 'part' ? plan.range : { start: 0, end: totalBytes };
  const contentRange =
    plan.kind === 'part'
      ? { 'content-range': `bytes ${String(start)}-${String(end - 1)}/${String(totalBytes)}` }
      : {};
  return new Response(request.method === 'HEAD' ? null : streamMovie(movie, start, end), {
    status: plan.kind === 'part' ? 206 : 200,
    headers: { ...headers, ...contentRange, 'content-length': String(end - start) },
  });
}

function streamMovie(movie: ServedMovie, start: number, end: number): ReadableStream<Uint8Array> {
  let offset = start;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const bytes = await movie.read(offset, Math.min(CHUNK_BYTES, end - offset));
        offset += bytes.byteLength;
        controller.enqueue(new Uint8Array(bytes));
        if (offset >= end) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}
