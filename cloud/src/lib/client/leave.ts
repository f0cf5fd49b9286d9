/**
 * Loads a page anew, so that the server sees a new cookie from its first request on. Never settles: a form that
 * waits for it stays busy until this page is gone.
 */
export function leaveFor(path: string): Promise<never> {
  location.assign(path);
  return Promise.withResolvers<never>().promise;
}
