/** The one place where what was thrown becomes an answer: an RFC 9457 problem document, and no stack to a stranger. */
import { AppError, formatProblem, PROBLEM_CONTENT_TYPE } from '@padelvar/shared/errors';
import { HTTPException } from 'hono/http-exception';
import type { ErrorKind } from '@padelvar/shared/errors';
import type { Logger } from '../log.ts';

/** The problem document of anything thrown, as a response. What was not expected is logged in full. */
export function respondProblem(error: unknown, log: Logger): Response {
  const known = toKnown(error);
  const problem = formatProblem(known);
  if (problem.status >= 500) log.error({ err: error }, 'a request failed');
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { 'content-type': PROBLEM_CONTENT_TYPE, 'cache-control': 'no-store', ...retryAfter(known) },
  });
}

/** Hook for `OpenAPIHono`'s `defaultHook`: input that a schema refused is thrown, to be mapped with all else. */
export function throwInvalid(result: { success: boolean; error?: unknown }): void {
  if (!result.success) throw result.error;
}

export function unknownRoute(method: string, path: string): AppError {
  return new AppError('not_found', `expected a route of the API; found ${method} ${path}`);
}

const STATUS_KINDS: Record<number, ErrorKind> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  413: 'too_large',
};

/** Hono's own refusals, in our words. */
function toKnown(error: unknown): unknown {
  if (!(error instanceof HTTPException) || error.status >= 500) return error;
  return new AppError(STATUS_KINDS[error.status] ?? 'bad_request', describeRefusal(error), { cause: error });
}

function describeRefusal({ status, message }: HTTPException): string {
  if (status === 415) return 'expected a body with the Content-Type application/json';
  return /malformed json/i.test(message) ? 'expected a JSON body; found text that is not JSON' : message;
}

function retryAfter(error: unknown): Record<string, string> {
  const seconds = error instanceof AppError ? error.details.retryAfterSeconds : undefined;
  return typeof seconds === 'number' ? { 'retry-after': String(Math.ceil(seconds)) } : {};
}
