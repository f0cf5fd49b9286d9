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

export function planNextGroup(
  session: Facts,
  { nextGroup, nextGroupIdleMinutes }: NextGroupRule,
  nowMs: number,
): 'taken' | 'asked' {
  const mayStart = session.start_deadline_at !== null && nowMs < session.start_deadline_at;
  const isIdle = session.started_at === null && !mayStart;
  const idleMs = nowMs - session.opened_at;
  return nextGroup === 'replace' && isIdle && idleMs >= nextGroupIdleMinutes * 60_000 ? 'taken' : 'asked';
}
