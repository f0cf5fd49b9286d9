/** Whether a request may have been made by another site in the name of somebody who is logged in: pure. */

export const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Browsers send cookies by themselves, so an unsafe request with a cookie must say that it comes from `origin`, and
 * one that says it comes from elsewhere is refused with or without. What carries its own proof in `Authorization`
 * is never sent by a browser unasked.
 */
export function isForged(request: Request, origin: string): boolean {
  if (SAFE_METHODS.has(request.method) || request.headers.has('authorization')) return false;
  const said = request.headers.get('origin');
  return said === null ? request.headers.has('cookie') : said !== origin;
}
