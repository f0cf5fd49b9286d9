/**
 * What the club's rule says when the next group arrives at a court with an open session: pure. What is being recorded is
 * never taken away; a session in which nobody records for a while is, where they are to be asked if they do not answer.
 */
import type { SessionRow } from '../access/objects.ts';
import type { RequestRow } from '../people/requests.ts';

export interface NextGroupRule {
  nextGroup: 'ask' | 'replace';
  nextGroupIdleMinutes: number;
}

type Facts = Pick<SessionRow, 'opened_at' | 'started_at' | 'start_deadline_at'>;

/** That the next group has asked; undefined where it has not. */
export type CourtRequest = Pick<RequestRow, 'state' | 'created_at'> | undefined;

/** When the court is the next group's, unless a recording starts before; null where the rule does not give it to them. */
export function findHandOver(session: Facts, rule: NextGroupRule, request: CourtRequest): number | null {
  const sinceMs = rule.nextGroup === 'replace' ? session.opened_at : findUnanswered(request);
  if (sinceMs === null || session.started_at !== null) return null;
  const idleAt = sinceMs + rule.nextGroupIdleMinutes * 60_000;
  return Math.max(idleAt, session.start_deadline_at ?? idleAt);
}

/** Who does not answer has probably left; whoever says no has not. */
function findUnanswered(request: CourtRequest): number | null {
  return request?.state === 'open' ? request.created_at : null;
}

export function planNextGroup(
  session: Facts,
  rule: NextGroupRule,
  { request, nowMs }: { request: CourtRequest; nowMs: number },
): 'taken' | 'asked' {
  const handOverAt = findHandOver(session, rule, request);
  return handOverAt !== null && nowMs >= handOverAt ? 'taken' : 'asked';
}

/** After a no: the owner can be told again, or the court is the next group's before that. */
export function planAskAgain(tellAgainAt: number, handOverAt: number | null): number {
  return Math.min(tellAgainAt, handOverAt ?? tellAgainAt);
}
