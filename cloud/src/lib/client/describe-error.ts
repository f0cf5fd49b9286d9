/** What went wrong, in the reader's language: kinds of problem documents and end reasons of sessions. */
import type { ErrorKind, Fault } from '@padelvar/shared/errors';
import type { RecordStatus } from '@padelvar/shared/portal-api';
import type { EndReason } from '@padelvar/shared/session';
import type { StorageTrouble } from '@padelvar/shared/storage-trouble';
import { m } from '#lib/paraglide/messages.js';
import { planFailure, type Safety, type Todo } from './plan-failure.ts';
import { ApiError, type ApiErrorKind } from './request.ts';

/** One sentence for any thrown value. */
export function describeError(error: unknown): string {
  if (!(error instanceof ApiError)) return m.error_internal();
  if (error.kind === 'unexpected') return m.error_unexpected({ status: String(error.status) });
  if (error.kind === 'bad_request' || error.kind === 'conflict') return withDetail(error);
  const known = (SENTENCES as Partial<Record<string, () => string>>)[error.kind];
  return known === undefined ? m.error_unexpected({ status: String(error.status) }) : known();
}

/** One sentence for a kind of error that was kept. */
export function describeKind(kind: ErrorKind): string {
  return SENTENCES[kind]();
}

/** What is wrong with one form field, where the portal named that field. */
export function findFieldError(error: unknown, field: string): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  const named = error.problem?.errors?.some((wrong) => wrong.field === field) === true;
  return named ? (findFault(error) ?? describeField(field)) : undefined;
}

/** In another language than the page's. */
interface InLanguage {
  locale?: 'en' | 'fr' | 'es';
}

/** Why a session ended or failed. */
export function describeReason(reason: EndReason, options: InLanguage = {}): string {
  return REASONS[reason]({}, options);
}

/** Beside that: whether the match is safe, and what to do, which is empty where nothing is. */
export function describeFailure(
  reason: EndReason | null | undefined,
  movie: RecordStatus['movie'],
  options: InLanguage = {},
): { safety: string; todo: string } {
  const { safety, todo } = planFailure(reason, movie);
  return { safety: SAFETIES[safety]({}, options), todo: todo === 'nothing' ? '' : TODOS[todo]({}, options) };
}

/** What is wrong with the store that a match is on its way to. */
export function describeStorage(trouble: StorageTrouble): string {
  return SENTENCES[`storage_${trouble}`]();
}

/** The same for whoever looks after the installation: what to do about it. */
export function describeStorageFix(trouble: StorageTrouble): string {
  return FIXES[trouble]();
}

/** The portal's own words are for programs, in English: here is what they are about, in the reader's. */
function withDetail(error: ApiError): string {
  const sentence = error.kind === 'conflict' ? m.error_conflict() : m.error_bad_request();
  const fault = findFault(error);
  if (fault !== undefined) return fault;
  const fields = (error.problem?.errors ?? []).map(({ field }) => describeField(field));
  return [sentence, ...new Set(fields)].join(' ');
}

function findFault({ problem }: ApiError): string | undefined {
  const { fault } = problem ?? {};
  // A newer portal may know more of them than this page.
  return fault === undefined ? undefined : (FAULTS as Partial<typeof FAULTS>)[fault]?.();
}

function describeField(field: string): string {
  return (FIELDS[field] ?? m.field_wrong)();
}

const FAULTS: Record<Fault, () => string> = {
  too_many: m.fault_too_many,
  taken: m.fault_taken,
  in_use: m.fault_in_use,
  last_admin: m.fault_last_admin,
  last_copy: m.fault_last_copy,
  still_recording: m.fault_still_recording,
  own_match_open: m.fault_own_match_open,
  match_over: m.fault_match_over,
  longest: m.fault_longest,
  not_oneself: m.fault_not_oneself,
  other_account: m.fault_other_account,
  decided: m.fault_decided,
  wrong_password: m.fault_wrong_password,
  not_own_email: m.fault_not_own_email,
  email_unconfirmed: m.fault_email_unconfirmed,
};

const FIELDS: Partial<Record<string, () => string>> = {
  name: m.field_name,
  email: m.field_email,
  password: m.field_password,
  date: m.field_date,
  firstDate: m.field_date,
  lastDate: m.field_date,
  time: m.field_time,
  timeZone: m.field_time_zone,
  durationMinutes: m.field_minutes,
  defaultMinutes: m.field_minutes,
  maxMinutes: m.field_minutes,
  clubId: m.field_id,
  courtId: m.field_id,
  cameraAddress: m.field_camera_address,
  reason: m.field_reason,
  toMs: m.field_clip_end,
  retentionDays: m.field_days,
  defaultRetentionDays: m.field_days,
};

const FIXES: Record<StorageTrouble, () => string> = {
  unreachable: m.storage_fix_unreachable,
  slow: m.storage_fix_slow,
  denied: m.storage_fix_denied,
  missing: m.storage_fix_missing,
  full: m.storage_fix_full,
  read_only: m.storage_fix_read_only,
  failing: m.storage_fix_failing,
};

type Message = (inputs: object, options: InLanguage) => string;

const SAFETIES: Record<Safety, Message> = {
  saved: m.failure_saved,
  coming: m.failure_coming,
  nothing: m.failure_nothing,
  no_video: m.failure_no_video,
  deleted: m.failure_deleted,
};

const TODOS: Record<Exclude<Todo, 'nothing'>, Message> = {
  again: m.failure_do_again,
  other_court: m.failure_do_other_court,
  tell_club: m.failure_do_tell_club,
};

const REASONS: Record<EndReason, Message> = {
  player: m.reason_player,
  admin: m.reason_admin,
  duration: m.reason_duration,
  closed: m.reason_closed,
  orphaned: m.reason_orphaned,
  disk_full: m.reason_disk_full,
  media_missing: m.reason_media_missing,
  camera_lost: m.reason_camera_lost,
  superseded: m.reason_superseded,
  crash_recovered: m.reason_crash_recovered,
  expired: m.reason_expired,
  no_frames: m.reason_no_frames,
  recorder_failed: m.reason_recorder_failed,
  device_offline: m.reason_device_offline,
  court_unknown: m.reason_court_unknown,
  port_range_full: m.reason_port_range_full,
  encoder_full: m.reason_encoder_full,
  camera_unreachable: m.reason_camera_unreachable,
  camera_unauthorized: m.reason_camera_unauthorized,
  camera_no_video: m.reason_camera_no_video,
  camera_unsupported_codec: m.reason_camera_unsupported_codec,
  camera_timeout: m.reason_camera_timeout,
};

const SENTENCES: Record<Exclude<ApiErrorKind, 'unexpected'>, () => string> = {
  bad_request: m.error_bad_request,
  unauthenticated: m.error_unauthenticated,
  forbidden: m.error_forbidden,
  not_found: m.error_not_found,
  conflict: m.error_conflict,
  device_offline: m.reason_device_offline,
  court_busy: m.error_court_busy,
  not_ready: m.error_not_ready,
  no_device: m.error_no_device,
  gone: m.error_gone,
  too_large: m.error_too_large,
  range_not_satisfiable: m.error_gone,
  camera_unreachable: m.reason_camera_unreachable,
  camera_unauthorized: m.reason_camera_unauthorized,
  camera_no_video: m.reason_camera_no_video,
  camera_unsupported_codec: m.reason_camera_unsupported_codec,
  camera_timeout: m.reason_camera_timeout,
  too_many_requests: m.error_too_many_requests,
  internal: m.error_internal,
  port_range_full: m.reason_port_range_full,
  encoder_full: m.reason_encoder_full,
  disk_full: m.reason_disk_full,
  media_missing: m.reason_media_missing,
  timeout: m.error_timeout,
  database_unavailable: m.error_database_unavailable,
  unreachable: m.error_unreachable,
  storage_unreachable: m.storage_unreachable,
  storage_slow: m.storage_slow,
  storage_denied: m.storage_denied,
  storage_missing: m.storage_missing,
  storage_full: m.storage_full,
  storage_read_only: m.storage_read_only,
  storage_failing: m.storage_failing,
};
