/** One request to the portal: bounded in time, its failures in our own words. */
import { AppError, ERROR_KINDS, Problem, type ErrorKind } from '@padelvar/shared/errors';

export interface PortalRequest {
  method?: string;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as application/octet-stream. */
  body?: Uint8Array;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Milliseconds until the whole answer must have begun; default 10 s. */
  timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 10_000;

/** Throws `timeout` where the portal can't be reached in time, else the kind of its problem document. */
export async function fetchPortal(
  origin: string,
  path: string,
  request: PortalRequest = {},
): Promise<Response> {
  const response = await send(new URL(path, origin), request);
  if (!response.ok) throw await toError(response);
  return response;
}

async function send(url: URL, request: PortalRequest): Promise<Response> {
  const { method, json, body, headers, signal, timeoutMs = DEFAULT_TIMEOUT_MS } = request;
  const limit = AbortSignal.timeout(timeoutMs);
  const [payload, type] = json === undefined ? [body, OCTETS] : [JSON.stringify(json), JSON_TYPE];
  try {
    return await fetch(url, {
      method: method ?? (payload === undefined ? 'GET' : 'POST'),
      body: (payload ?? null) as NonNullable<RequestInit['body']> | null,
      headers: {
        ...(payload === undefined && method !== 'DELETE' ? {} : { 'content-type': type }),
        ...headers,
      },
      redirect: 'error',
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw new AppError('timeout', `the portal ${url.origin} could not be reached`, { cause: error });
  }
}

const OCTETS = 'application/octet-stream';
const JSON_TYPE = 'application/json';

async function toError(response: Response): Promise<AppError> {
  const problem = Problem.safeParse(await response.json().catch(() => undefined)).data;
  const kind = problem?.kind ?? '';
  const known = Object.hasOwn(ERROR_KINDS, kind) ? (kind as ErrorKind) : kindOfStatus(response.status);
  return new AppError(known, problem?.detail ?? `the portal answered ${String(response.status)}`, {
    details: { status: response.status },
  });
}

function kindOfStatus(status: number): ErrorKind {
  const kinds = Object.entries(ERROR_KINDS) as [ErrorKind, number][];
  return kinds.find(([, known]) => known === status)?.[0] ?? 'internal';
}
