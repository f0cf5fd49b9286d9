/** What the daemon's local HTTP servers have in common: whom they answer, and how they say no. */
import { AppError, PROBLEM_CONTENT_TYPE, formatProblem } from '@padelvar/shared/errors';

/**
 * A page elsewhere can point a name of its own at 127.0.0.1 (DNS rebinding); its `Host` gives it away. `others`: further
 * names and addresses of this machine by which it is called.
 */
export function requireOwnHost(host: string | undefined, others: readonly string[] = []): void {
  const name = /^([a-z0-9.-]+)(?::\d+)?$/i.exec(host ?? '')?.[1]?.toLowerCase();
  if (name !== undefined && ['127.0.0.1', 'localhost', ...others].includes(name)) return;
  throw new AppError(
    'forbidden',
    'Expected a name or address of this machine as the host, found another one.',
  );
}

/** What only this machine itself may ask. */
export function requireLoopback(remoteAddress: string | undefined): void {
  if (/^(?:::ffff:)?127\.|^::1$/.test(remoteAddress ?? '')) return;
  throw new AppError('forbidden', 'Expected a caller on this machine, found one on the network.');
}

/** The problem document of a thrown value. */
export function formatErrorResponse(error: unknown): Response {
  const problem = formatProblem(error);
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { 'content-type': PROBLEM_CONTENT_TYPE },
  });
}
