/** Where to go after logging in: a path of this portal, never another site. */
export function parseNext(next: string | null): string {
  return next !== null && /^\/(?![/\\])/.test(next) ? next : '/';
}
