/**
 * What the club's rule says when the next group arrives at a court with an open session: pure. What is being recorded is
 * never taken away; a session in which nobody records for a while is.
 */
import type { SessionRow } from '../access/objects.ts';

export interface NextGroupRule {
  nextGroup: 'ask' | 'replace';
  nextGroupIdleMinutes: number;
}

type Facts = Pick<SessionRow, 'opened_at' | 'started_at' | 'start_deadline_at'>;

/** When the court is the next group's, unless a recording starts before; null where the rule never gives it to them. */
export function findHandOver(
  session: Facts,
  { nextGroup, nextGroupIdleMinutes }: NextGroupRule,
): number | null {
  if (nextGroup !== 'replace' || session.started_at !== null) return null;
  const idleAt = session.opened_at + nextGroupIdleMinutes * 60_000;
  return Math.max(idleAt, session.start_deadline_at ?? idleAt);
}

export function planNextGroup(session: Facts, rule: NextGroupRule, nowMs: number): 'taken' | 'asked' {
  const handOverAt = findHandOver(session, rule);
  return handOverAt !== null && nowMs >= handOverAt ? 'taken' : 'asked';
}

/** After a no: the owner can be told again, or the court is the next group's before that. */
export function planAskAgain(tellAgainAt: number, handOverAt: number | null): number {
  return Math.min(tellAgainAt, handOverAt ?? tellAgainAt);
}
