/** A clip as a file, with ranges, made while it is sent: a header, and behind it bytes of the movie that it is cut from. */
import { planRange } from '@padelvar/shared/byte-range';
import { AppError } from '@padelvar/shared/errors';
import type { Clock } from '../clock.ts';
import { flowWhile } from '../files/movie-relay.ts';
import { formatContentDisposition } from '@padelvar/shared/content-disposition';
import type { ClipMovies } from './clip-movies.ts';
import { cutOf } from './clip-rows.ts';
import type { ClipRow } from './clip-rows.ts';
import { nameFile } from './clip-view.ts';

export interface ClipToSend {
  row: ClipRow;
  disposition: 'inline' | 'attachment';
  movies: ClipMovies;
  clock: Pick<Clock, 'monotonicMs'>;
  mayGoOn: () => Promise<boolean>;
}

export async function sendClip(
  request: Request,
  { row, disposition, movies, clock, mayGoOn }: ClipToSend,
): Promise<Response> {
  const cut = cutOf(row);
  const planned = await movies.plan(cut);
  const etag = `"${row.id}-${String(row.movieBytes)}"`;
  const headers = new Headers({
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-cache, no-transform',
    'content-disposition': formatContentDisposition(disposition, nameFile(row)),
    'content-type': 'video/mp4',
    'x-content-type-options': 'nosniff',
    etag,
  });
  if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers });
  const { totalBytes } = planned;
  const decision = planRange({
    range: request.headers.get('range') ?? undefined,
    ifRange: request.headers.get('if-range') ?? undefined,
    etag,
    totalBytes,
  });
  if (decision.kind === 'unsatisfiable')
    throw new AppError('range_not_satisfiable', `expected a range within ${String(totalBytes)} bytes`);
  const range = decision.kind === 'part' ? decision.range : { start: 0, end: totalBytes };
  const status = decision.kind === 'part' ? 206 : 200;
  if (status === 206)
    headers.set(
      'content-range',
      `bytes ${String(range.start)}-${String(range.end - 1)}/${String(totalBytes)}`,
    );
  headers.set('content-length', String(range.end - range.start));
  if (request.method === 'HEAD') return new Response(null, { status, headers });
  const body = flowWhile(await movies.open(cut, planned, range), clock, mayGoOn);
  return new Response(body, { status, headers });
}
