/** What time it is at the portal: running matches count from its instants, and a phone's clock may be minutes off. */

/** A `Date` header is cut to whole seconds, may be one old, and has been on its way. */
const COARSE_MS = 2_000;

let aheadMs = 0;

/** Takes the time from the `Date` header of an answer. */
export function readPortalTime(date: string | null): void {
  const ms = Date.parse(date ?? '');
  if (Number.isNaN(ms)) return;
  const nowAheadMs = ms - Date.now();
  if (Math.abs(nowAheadMs - aheadMs) > COARSE_MS) aheadMs = nowAheadMs;
}

/** Milliseconds since 1970; this device's own where nothing was asked yet. */
export function portalNow(): number {
  return Date.now() + aheadMs;
}
