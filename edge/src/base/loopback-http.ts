/** What the daemon's local HTTP servers have in common: whom they answer, and how they say no. */
import { AppError, PROBLEM_CONTENT_TYPE, formatProblem } from '@padelvar/shared/errors';

/** A page elsewhere can point a name of its own at 127.0.0.1 (DNS rebinding); its `Host` gives it away. */
export function requireOwnHost(host: string | undefined): void {
  if (/^(?:127\.0\.0\.1|localhost)(?::\d+)?$/i.test(host ?? '')) return;
  throw new AppError('forbidden', 'Expected the host 127.0.0.1 or localhost, found another name.');
}

/** The problem document of a thrown value. */
export function formatErrorResponse(error: unknown): Response {
  const problem = formatProblem(error);
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { 'content-type': PROBLEM_CONTENT_TYPE },
  });
}
