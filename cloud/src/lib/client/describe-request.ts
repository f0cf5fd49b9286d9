/** A request of a player that failed, in the reader's language: what happened, whether the match is safe, what to do. */
import { m } from '#lib/paraglide/messages.js';
import { describeError } from './describe-error.ts';
import {
  planRequestFailure,
  type RequestSafety,
  type RequestTodo,
  type Situation,
} from './plan-request-failure.ts';
import { ApiError, type ApiErrorKind } from './request.ts';

export interface RequestFailure {
  what: string;
  /** Empty where the page says it. */
  safety: string;
  /** Empty where `what` says it. */
  todo: string;
}

/** For any thrown value. */
export function describeRequest(error: unknown, situation: Situation): RequestFailure {
  const kind = error instanceof ApiError ? error.kind : 'internal';
  const fault = error instanceof ApiError ? error.problem?.fault : undefined;
  const { safety, todo } = planRequestFailure({ kind, fault }, situation);
  return {
    what: WHATS[kind]?.() ?? describeError(error),
    safety: safety === 'said' ? '' : SAFETIES[safety](),
    todo: todo === 'said' ? '' : TODOS[todo](),
  };
}

/** The same in one line. */
export function tellRequest(error: unknown, situation: Situation): string {
  const { what, safety, todo } = describeRequest(error, situation);
  return [what, safety, todo].filter(Boolean).join(' ');
}

/** Where the sentence for other pages says what to do as well. */
const WHATS: Partial<Record<ApiErrorKind, () => string>> = {
  unauthenticated: m.request_unauthenticated,
  court_busy: m.request_court_busy,
  no_device: m.request_no_device,
  camera_unsupported_codec: m.request_unsupported_codec,
  too_many_requests: m.request_too_many,
  internal: m.request_internal,
  media_missing: m.request_media_missing,
  timeout: m.request_timeout,
  database_unavailable: m.request_database,
  unreachable: m.request_unreachable,
  storage_unreachable: m.request_storage,
  storage_slow: m.request_storage,
  storage_denied: m.request_storage,
  storage_missing: m.request_storage,
  storage_full: m.request_storage,
  storage_read_only: m.request_storage,
  storage_failing: m.request_storage,
};

const SAFETIES: Record<Exclude<RequestSafety, 'said'>, () => string> = {
  nothing: m.request_nothing,
  perhaps: m.request_perhaps,
  goes_on: m.request_goes_on,
  by_itself: m.request_by_itself,
  coming: m.failure_coming,
  unknown: m.request_unknown,
};

const TODOS: Record<Exclude<RequestTodo, 'said'>, () => string> = {
  again: m.request_do_again,
  again_or_end: m.request_do_again_or_end,
  see: m.request_do_see,
  stay: m.request_do_stay,
  wait: m.request_do_wait,
  connect: m.request_do_connect,
  log_in: m.request_do_log_in,
  reload: m.request_do_reload,
  choose: m.request_do_choose,
  other_court: m.failure_do_other_court,
  talk: m.request_do_talk,
  tell_club: m.failure_do_tell_club,
};
