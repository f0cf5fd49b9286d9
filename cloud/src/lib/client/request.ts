/**
 * One request to the portal's REST API, and what can go wrong with it. Answers other than 2xx become
 * an `ApiError` with the kind of their problem document; no answer at all becomes kind `unreachable`.
 */
import type { ErrorKind, Problem } from '@padelvar/shared/errors';

export type Fetch = typeof globalThis.fetch;

/** Kinds of the wire, and the two that only a client sees. */
export type ApiErrorKind = ErrorKind | 'unreachable' | 'unexpected';

/** A status is 1 kB: on the slowest line a phone has, it is there within this. */
const LOOK_LIMIT_MS = 8000;
/** For what a tap asks for: whoever stands at the court is told of a dead line, not kept waiting. The portal needs 8 s at most. */
export const TAP_LIMIT_MS = 12_000;

export interface ApiErrorOptions {
  status: number;
  detail: string;
  problem?: Problem;
  cause?: unknown;
}

export class ApiError extends Error {
  readonly kind: ApiErrorKind;
  /** HTTP status; 0 where there was no answer. */
  readonly status: number;
  /** The whole problem document, where the portal sent one. */
  readonly problem: Problem | undefined;

  constructor(kind: ApiErrorKind, { status, detail, problem, cause }: ApiErrorOptions) {
    super(detail, cause === undefined ? undefined : { cause });
    this.name = 'ApiError';
    this.kind = kind;
    this.status = status;
    this.problem = problem;
  }
}

/** Whether that says that a link leads nowhere any more: mistyped, taken back or over its time. */
export function isLinkOver(trouble: unknown): boolean {
  return trouble instanceof ApiError && [400, 404, 410].includes(trouble.status);
}

export interface RequestOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  json?: unknown;
  /** Instead of `json`: bytes, sent as what they say they are. */
  file?: Blob;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Milliseconds for the whole answer: later than that is kind `unreachable`. A line can die without a word. */
  limitMs?: number;
  /** A status beyond 2xx whose body is an answer too, unless it is a problem document. */
  answerStatus?: number;
}

/** Which part of a list is asked for. */
export interface PageRequest {
  clubId?: string | undefined;
  cursor?: string | undefined;
  limit?: number;
}

/** `?name=value&…`; what is undefined or false is left out. */
export function formatQuery(wanted: Record<string, string | number | boolean | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(wanted)) {
    if (value !== undefined && value !== false) search.set(name, String(value));
  }
  return search.size === 0 ? '' : `?${search.toString()}`;
}

/** For a page that looks again and again: it ends with the page, and waits for no dead line. */
export function lookOptions(signal: AbortSignal | undefined): RequestOptions {
  return signal === undefined ? {} : { signal, limitMs: LOOK_LIMIT_MS };
}

/** The parsed answer; undefined for an empty one. */
export function requestJson(fetch: Fetch, path: string, options: RequestOptions = {}): Promise<unknown> {
  const { signal, limitMs } = options;
  if (limitMs === undefined) return readAnswer(fetch, path, options);
  return inTime(limitMs, signal, (leaving) => readAnswer(fetch, path, { ...options, signal: leaving }));
}

async function readAnswer(fetch: Fetch, path: string, options: RequestOptions): Promise<unknown> {
  const response = await send(fetch, path, options);
  const body = await readJson(response);
  const isAnswer = response.ok || (response.status === options.answerStatus && !isProblem(body));
  if (isAnswer) return body;
  throw errorOf(response.status, body);
}

/** Under a signal that fires with `signal`, or when the time is over, which is no answer. */
async function inTime<Answer>(
  limitMs: number,
  signal: AbortSignal | undefined,
  request: (leaving: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const leaving = new AbortController();
  const leave = (): void => leaving.abort();
  const timer = setTimeout(leave, limitMs);
  signal?.addEventListener('abort', leave, { once: true });
  try {
    return await request(leaving.signal);
  } catch (cause) {
    if (!leaving.signal.aborted || signal?.aborted) throw cause;
    throw noAnswer(cause);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', leave);
  }
}

/** One file: the answer whose body it is, not read yet. */
export async function requestFile(
  fetch: Fetch,
  path: string,
  type: string,
  options: RequestOptions = {},
): Promise<Response> {
  const headers = { ...options.headers, accept: `${type}, application/problem+json` };
  const response = await send(fetch, path, { ...options, headers });
  if (!response.ok) throw errorOf(response.status, await readJson(response));
  return response;
}

async function send(fetch: Fetch, path: string, options: RequestOptions): Promise<Response> {
  const { method = 'GET', json, file, headers = {}, signal } = options;
  try {
    return await fetch(path, {
      method,
      credentials: 'same-origin',
      headers: {
        accept: 'application/json',
        ...(method === 'GET' ? {} : { 'content-type': file?.type ?? 'application/json' }),
        ...headers,
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      ...(file === undefined ? {} : { body: file }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw noAnswer(cause);
  }
}

function noAnswer(cause: unknown): ApiError {
  return new ApiError('unreachable', { status: 0, detail: 'no answer from the portal', cause });
}

async function readJson(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined;
  if (!/[/+]json\b/.test(response.headers.get('content-type') ?? '')) return undefined;
  try {
    return await response.json();
  } catch (cause) {
    // An answer of which only half came is none.
    if (response.ok) throw noAnswer(cause);
    return undefined;
  }
}

function errorOf(status: number, body: unknown): ApiError {
  if (!isProblem(body)) return new ApiError('unexpected', { status, detail: `HTTP ${status}` });
  return new ApiError(body.kind as ErrorKind, { status, detail: body.detail, problem: body });
}

function isProblem(body: unknown): body is Problem {
  return (
    typeof body === 'object' &&
    body !== null &&
    'kind' in body &&
    typeof body.kind === 'string' &&
    'detail' in body &&
    typeof body.detail === 'string'
  );
}
