/** HTTP for the folder store: PUT of a signed part, GET and HEAD of a signed object with ranges. */
import { open } from 'node:fs/promises';
import { AppError, formatProblem, PROBLEM_CONTENT_TYPE } from '@padelvar/shared/errors';
import { UPLOAD_PART_BYTES } from '@padelvar/shared/limits';
import type { Clock } from '../clock.ts';
import { planRange } from '@padelvar/shared/byte-range';
import type { ByteRange } from '@padelvar/shared/byte-range';
import { formatContentDisposition } from '@padelvar/shared/content-disposition';
import { contentTypeOf } from './content-type.ts';
import type { FolderStore, StoredObject } from './folder-store.ts';
import { streamFileRange } from './object-body.ts';
import type { SignedGet } from './url-signer.ts';

export type StoreHandler = (request: Request) => Promise<Response>;

/** Throws AppError where a request is refused. */
export function createFolderHandler(store: FolderStore, clock: Pick<Clock, 'nowMs'>): StoreHandler {
  return (request) =>
    request.method === 'PUT'
      ? putPart(store, request, clock.nowMs())
      : getObject(store, request, clock.nowMs());
}

async function putPart(store: FolderStore, request: Request, nowMs: number): Promise<Response> {
  try {
    const { key, uploadId, ...part } = store.signer.verifyPart(request, nowMs);
    if (request.body === null) throw new AppError('bad_request', 'expected the bytes of a part');
    await store.writePart(key, uploadId, part, request.body);
    return new Response(null, { headers: { etag: `"${Buffer.from(part.md5, 'base64').toString('hex')}"` } });
  } catch (error) {
    await drain(request);
    throw error;
  }
}

/** A refused part is read to its end, so that its sender gets to read the answer instead of a reset. */
async function drain({ body, headers }: Request): Promise<void> {
  const bytes = Number(headers.get('content-length') ?? Number.NaN);
  if (body === null || body.locked || !(bytes <= UPLOAD_PART_BYTES)) return;
  await body.pipeTo(new WritableStream()).catch(() => undefined);
}

async function getObject(store: FolderStore, request: Request, nowMs: number): Promise<Response> {
  const link = store.signer.verifyGet(request, nowMs);
  const object = await store.findObject(link.key);
  if (object === undefined) throw new AppError('not_found', 'this video is no longer there');
  const headers = describeObject(object, link);
  if (request.headers.get('if-none-match') === object.etag) {
    return new Response(null, { status: 304, headers });
  }
  const decision = planRange({
    range: request.headers.get('range') ?? undefined,
    ifRange: request.headers.get('if-range') ?? undefined,
    etag: object.etag,
    totalBytes: object.bytes,
  });
  switch (decision.kind) {
    case 'unsatisfiable':
      return refuseRange(object.bytes);
    case 'part':
      headers.set('content-range', formatContentRange(decision.range, object.bytes));
      return send(request, object, decision.range, 206, headers);
    case 'whole':
      return send(request, object, { start: 0, end: object.bytes }, 200, headers);
  }
}

async function send(
  request: Request,
  object: StoredObject,
  range: ByteRange,
  status: number,
  headers: Headers,
): Promise<Response> {
  headers.set('content-length', String(range.end - range.start));
  if (request.method === 'HEAD') return new Response(null, { status, headers });
  return new Response(streamFileRange(await open(object.path, 'r'), range), { status, headers });
}

function describeObject(object: StoredObject, { key, disposition, fileName }: SignedGet): Headers {
  return new Headers({
    'accept-ranges': 'bytes',
    'cache-control': 'private, max-age=0, must-revalidate, no-transform',
    'content-disposition': formatContentDisposition(disposition, fileName),
    'content-type': contentTypeOf(key),
    etag: object.etag,
    'x-content-type-options': 'nosniff',
  });
}

function formatContentRange({ start, end }: ByteRange, totalBytes: number): string {
  return `bytes ${start}-${end - 1}/${totalBytes}`;
}

function refuseRange(totalBytes: number): Response {
  const problem = formatProblem(
    new AppError('range_not_satisfiable', `expected a range within ${totalBytes} bytes`),
  );
  return new Response(JSON.stringify(problem), {
    status: 416,
    headers: { 'content-type': PROBLEM_CONTENT_TYPE, 'content-range': `bytes */${totalBytes}` },
  });
}
