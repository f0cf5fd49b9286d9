/**
 * What a player is told beside what went wrong with a request: whether the match is safe, and what to do now. Pure.
 * A request that failed ends no recording: the club's box records by itself until it is told to stop.
 */
import type { Fault } from '@padelvar/shared/errors';
import type { ApiErrorKind } from './request.ts';
import type { Stage } from './stage.ts';

export interface FailedRequest {
  kind: ApiErrorKind;
  fault?: Fault | undefined;
}

export interface Situation {
  /** How far the match is: there is none of this page's yet, its camera is opened, it is started, it is recorded, it is on its way to the library, it is over. */
  phase: 'before' | 'opening' | 'starting' | 'recording' | 'saving' | 'over';
  /** The page asks again by itself. */
  retries?: boolean;
}

/** What there is of the match; `said` where its page says it already. */
export type RequestSafety = 'nothing' | 'perhaps' | 'goes_on' | 'by_itself' | 'coming' | 'unknown' | 'said';

/** What to do; `said` where what went wrong says it already. */
export type RequestTodo =
  | 'said'
  | 'again'
  | 'again_or_end'
  | 'see'
  | 'stay'
  | 'wait'
  | 'connect'
  | 'log_in'
  | 'reload'
  | 'choose'
  | 'other_court'
  | 'talk'
  | 'tell_club';

export interface RequestFailurePlan {
  safety: RequestSafety;
  todo: RequestTodo;
}

/** At which of them a request fails. */
export function planPhase(stage: Stage): Situation['phase'] {
  switch (stage) {
    case 'opening':
    case 'preview':
      return 'opening';
    case 'starting':
    case 'recording':
    case 'saving':
      return stage;
    case 'ready':
    case 'failed':
    case 'closing':
    case 'over':
      return 'over';
  }
}

export function planRequestFailure(request: FailedRequest, situation: Situation): RequestFailurePlan {
  const isOver = request.fault === 'match_over' && situation.phase === 'recording';
  return {
    safety: isOver ? 'coming' : planSafety(findKnown(request), situation.phase),
    todo: planTodo(request, situation),
  };
}

interface Known {
  /** Whether it may have been done all the same, or, with `lost`, there may be no such match. */
  outcome: 'refused' | 'unsure' | 'lost';
  /** Before a recording runs, and from then on. */
  before: RequestTodo;
  during: RequestTodo;
}

function planSafety({ outcome }: Known, phase: Situation['phase']): RequestSafety {
  if (phase === 'before' || phase === 'over') return 'said';
  if (phase === 'opening') return 'nothing';
  if (phase === 'starting') return outcome === 'unsure' ? 'perhaps' : 'nothing';
  if (outcome === 'lost') return 'unknown';
  if (phase === 'saving') return 'coming';
  return outcome === 'unsure' ? 'by_itself' : 'goes_on';
}

function planTodo(request: FailedRequest, { phase, retries = false }: Situation): RequestTodo {
  const { kind, fault } = request;
  if (fault !== undefined && SAYING.includes(fault)) return 'said';
  if (retries && !FINAL.includes(kind)) return 'stay';
  const { outcome, before, during } = findKnown(request);
  if (phase === 'before' || phase === 'opening') return before;
  if (phase === 'starting') return outcome === 'unsure' ? 'see' : before;
  // Nothing is left to be ended.
  return phase !== 'recording' && during === 'again_or_end' ? 'again' : during;
}

/** A newer portal may know more of them than this page. */
function findKnown({ kind }: FailedRequest): Known {
  return (KINDS as Partial<typeof KINDS>)[kind] ?? KINDS.unexpected;
}

/** After these no page asks again. */
const FINAL: readonly ApiErrorKind[] = ['unauthenticated', 'forbidden', 'not_found'];

/** Their texts say what to do. */
const SAYING: readonly Fault[] = ['own_match_open', 'still_recording', 'longest'];

const refused = (before: RequestTodo, during = before): Known => ({ outcome: 'refused', before, during });
const unsure = (before: RequestTodo, during: RequestTodo): Known => ({ outcome: 'unsure', before, during });
const lost = (before: RequestTodo, during: RequestTodo): Known => ({ outcome: 'lost', before, during });

const KINDS: Record<ApiErrorKind, Known> = {
  bad_request: refused('reload'),
  unauthenticated: refused('log_in'),
  forbidden: refused('talk'),
  not_found: lost('choose', 'talk'),
  conflict: refused('reload'),
  device_offline: refused('tell_club', 'again_or_end'),
  court_busy: refused('other_court', 'reload'),
  not_ready: refused('again'),
  no_device: refused('tell_club', 'talk'),
  gone: lost('choose', 'talk'),
  too_large: refused('reload'),
  range_not_satisfiable: refused('reload'),
  camera_unreachable: refused('tell_club', 'talk'),
  camera_unauthorized: refused('tell_club', 'talk'),
  camera_no_video: refused('tell_club', 'talk'),
  camera_unsupported_codec: refused('tell_club', 'talk'),
  camera_timeout: refused('again'),
  too_many_requests: refused('wait'),
  internal: unsure('again', 'again_or_end'),
  port_range_full: refused('other_court'),
  encoder_full: refused('other_court'),
  disk_full: refused('tell_club', 'talk'),
  media_missing: refused('tell_club', 'talk'),
  timeout: unsure('again', 'again_or_end'),
  database_unavailable: unsure('wait', 'again_or_end'),
  storage_unreachable: refused('tell_club', 'talk'),
  storage_slow: refused('tell_club', 'talk'),
  storage_denied: refused('tell_club', 'talk'),
  storage_missing: refused('tell_club', 'talk'),
  storage_full: refused('tell_club', 'talk'),
  storage_read_only: refused('tell_club', 'talk'),
  storage_failing: refused('tell_club', 'talk'),
  unreachable: unsure('connect', 'connect'),
  unexpected: unsure('again', 'again_or_end'),
};
