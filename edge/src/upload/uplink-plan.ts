/**
 * How much of the line uploads may take. Pure. A club may set a ceiling, but never one under which a match that runs
 * leaves more behind than it sends: such a ceiling is lifted, and that is said. Live pictures go before uploads.
 */

/** A backlog does not grow where uploads may take so many times what recordings make. */
export const KEEP_UP_RATIO = 1.15;
/** What uploads leave of the line while somebody watches live. */
const WATCHED_SHARE = 0.8;

export interface UplinkFacts {
  /** What the club has set; undefined where it set nothing. */
  ceilingKbitPerSecond: number | undefined;
  /** What all recordings make together. */
  runningKbitPerSecond: number;
  /** What the line was last seen to carry; undefined while nobody knows. */
  measuredKbitPerSecond: number | undefined;
  /** Whether live pictures are being sent. */
  isWatched: boolean;
}

export interface UplinkPlan {
  /** Undefined: all that the line carries. */
  limitKbitPerSecond: number | undefined;
  /** Whether the limit lies above the ceiling. */
  isLifted: boolean;
}

export function planUplink(facts: UplinkFacts): UplinkPlan {
  const { ceilingKbitPerSecond: ceiling, measuredKbitPerSecond: measured } = facts;
  const leastKbit = Math.ceil(facts.runningKbitPerSecond * KEEP_UP_RATIO);
  const isLifted = ceiling !== undefined && ceiling < leastKbit;
  const granted = isLifted ? leastKbit : ceiling;
  if (!facts.isWatched || measured === undefined) return { limitKbitPerSecond: granted, isLifted };
  const shared = Math.max(leastKbit, Math.floor(measured * WATCHED_SHARE));
  return { limitKbitPerSecond: Math.min(granted ?? Infinity, shared), isLifted };
}
