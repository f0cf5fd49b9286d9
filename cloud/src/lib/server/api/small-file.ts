/** A small file as an answer: with ranges, with 304, and compressed where it is text and the asker takes that. */
import { gzipSync } from 'node:zlib';
import { planRange } from '@padelvar/shared/byte-range';
import { AppError } from '@padelvar/shared/errors';
import type { SideFile } from '../uploads/side-files.ts';

const TEXT = /^(text\/|application\/vnd\.apple\.mpegurl)/;

/** May be kept by the browser that asked, and is asked about each time: rights can end. */
const CACHE = 'private, no-cache';

export function respondSmallFile(
  request: Request,
  { body, contentType, etag }: SideFile,
  cache = CACHE,
): Response {
  const headers = new Headers({ 'content-type': contentType, 'cache-control': cache, etag });
  if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers });
  return TEXT.test(contentType) ? respondText(request, body, headers) : respondBytes(request, body, headers);
}

function respondText(request: Request, body: Uint8Array, headers: Headers): Response {
  headers.set('vary', 'accept-encoding');
  if (!/\bgzip\b/.test(request.headers.get('accept-encoding') ?? '')) return respond(body, 200, headers);
  headers.set('content-encoding', 'gzip');
  return respond(gzipSync(body), 200, headers);
}

function respondBytes(request: Request, body: Uint8Array, headers: Headers): Response {
  headers.set('accept-ranges', 'bytes');
  const decision = planRange({
    range: request.headers.get('range') ?? undefined,
    ifRange: request.headers.get('if-range') ?? undefined,
    etag: headers.get('etag') ?? '',
    totalBytes: body.length,
  });
  switch (decision.kind) {
    case 'whole':
      return respond(body, 200, headers);
    case 'unsatisfiable':
      throw new AppError('range_not_satisfiable', `expected a range within ${body.length} bytes`);
    case 'part': {
      const { start, end } = decision.range;
      headers.set('content-range', `bytes ${start}-${end - 1}/${body.length}`);
      return respond(body.subarray(start, end), 206, headers);
    }
  }
}

function respond(body: Uint8Array, status: number, headers: Headers): Response {
  headers.set('content-length', String(body.length));
  return new Response(new Uint8Array(body), { status, headers });
}
