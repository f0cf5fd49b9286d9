import type { RequestHandler } from './$types';

/** Every method of the REST API, answered by the portal's Hono application. */
export const fallback: RequestHandler = ({ request, locals, getClientAddress }) =>
  locals.portal.fetch(request, { clientAddress: getClientAddress() });
