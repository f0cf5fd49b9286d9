/** A movie over HTTP: whole or one range, read from its view piece by piece, never held in memory. */
import { planRange } from '@padelvar/shared/byte-range';
import type { MovieView } from '../recording/movie-view.ts';

const CHUNK_BYTES = 1024 * 1024;

/** `totalBytes` of the finished movie behind `view`; answers 200, 206 or 416. */
export function formatMovieResponse(view: MovieView, totalBytes: number, request: Request): Response {
  const etag = `"${view.sessionId}-${String(totalBytes)}"`;
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
  return new Response(request.method === 'HEAD' ? null : streamView(view, start, end), {
    status: plan.kind === 'part' ? 206 : 200,
    headers: { ...headers, ...contentRange, 'content-length': String(end - start) },
  });
}

function streamView(view: MovieView, start: number, end: number): ReadableStream<Uint8Array> {
  let offset = start;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const bytes = await view.read(offset, Math.min(CHUNK_BYTES, end - offset));
        offset += bytes.byteLength;
        controller.enqueue(new Uint8Array(bytes));
        if (offset >= end) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}
