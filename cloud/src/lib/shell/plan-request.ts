/**
 * What the service worker does with a request. Only the shell is its business: files that never change under their name,
 * and pages where there is no line. Everything else goes past it as if it were not there, above all movies, which are
 * read by ranges, event streams and the API: an answer that passes through a worker can't be broken off in the middle
 * and is held in memory by some browsers. Pure.
 */

/** `past`: the worker does not answer. `kept`: from its store, else the line. `page`: the line, else the offline page. */
export type ShellPlan = 'past' | 'kept' | 'page';

export interface ShellRequest {
  method: string;
  url: string;
  mode: string;
  /** The Range header. */
  range: string | null;
}

/** Of the build: each name has its content's hash. */
const UNCHANGING = /^\/_app\/immutable\//;
/** Not pages, even where somebody opens them in a tab. */
const NEVER = /^\/(?:api|mqtt)(?:\/|$)/;

export function planShellRequest({ method, url, mode, range }: ShellRequest, origin: string): ShellPlan {
  const { origin: asked, pathname } = new URL(url);
  if (method !== 'GET' || asked !== origin || range !== null || NEVER.test(pathname)) return 'past';
  if (UNCHANGING.test(pathname)) return 'kept';
  return mode === 'navigate' ? 'page' : 'past';
}
