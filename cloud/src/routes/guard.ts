/** Who may see a page at all. What a page then asks of the API is decided there, object by object. */
import { parseSessionId } from '@padelvar/shared/ids';
import type { Role } from '@padelvar/shared/roles';
import type { Me } from '@padelvar/shared/portal-api';
import { toMe } from '#lib/server/auth/caller.ts';
import { error, redirect } from '@sveltejs/kit';

interface PageEvent {
  locals: App.Locals;
  url: URL;
}

/** The logged-in person; anybody else is sent to the log-in page, and back afterwards. */
export function requireMe({ locals, url }: PageEvent, roles?: readonly Role[]): Me {
  const { caller } = locals;
  if (caller === undefined) {
    const next = `${url.pathname}${url.search}`;
    redirect(303, next === '/' ? '/login' : `/login?next=${encodeURIComponent(next)}`);
  }
  if (roles !== undefined && !roles.includes(caller.role)) error(403, 'not for this role');
  return toMe(caller);
}

/** For pages about one match: an address that names none is no page. */
export function requireSessionId({ sessionId }: { sessionId: string }): void {
  if (parseSessionId(sessionId) === undefined) error(404, 'no such match');
}

/** For pages that are there without a login too. */
export function findMe({ caller }: App.Locals): Me | undefined {
  return caller && toMe(caller);
}
