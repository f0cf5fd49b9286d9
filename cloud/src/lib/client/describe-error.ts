/** What went wrong, in the reader's language: kinds of problem documents and end reasons of sessions. */
import type { EndReason } from '@padelvar/shared/session';
import type { StorageTrouble } from '@padelvar/shared/storage-trouble';
import { m } from '#lib/paraglide/messages.js';
import { ApiError, type ApiErrorKind } from './request.ts';

/** One sentence for any thrown value. */
export function describeError(error: unknown): string {
  if (!(error instanceof ApiError)) return m.error_internal();
  if (error.kind === 'unexpected') return m.error_unexpected({ status: String(error.status) });
  if (error.kind === 'bad_request' || error.kind === 'conflict') return withDetail(error);
  const known = (SENTENCES as Partial<Record<string, () => string>>)[error.kind];
  return known === undefined ? error.message : known();
}

/** The portal's own words on one form field, where it named that field. */
export function findFieldError(error: unknown, field: string): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  return error.problem?.errors?.find((wrong) => wrong.field === field)?.message;
}

/** Why a session ended or failed. */
export function describeReason(reason: EndReason): string {
  return REASONS[reason]();
}

/** What is wrong with the store that a match is on its way to. */
export function describeStorage(trouble: StorageTrouble): string {
  return SENTENCES[`storage_${trouble}`]();
}

/** The same for whoever looks after the installation: what to do about it. */
export function describeStorageFix(trouble: StorageTrouble): string {
  return FIXES[trouble]();
}

/** Wrong input needs the portal's own words as well: they name the field and what was expected. */
function withDetail(error: ApiError): string {
  const sentence = error.kind === 'conflict' ? m.error_conflict() : m.error_bad_request();
  return error.message === '' ? sentence : `${sentence} ${error.message}`;
}

const FIXES: Record<StorageTrouble, () => string> = {
  unreachable: m.storage_fix_unreachable,
  slow: m.storage_fix_slow,
  denied: m.storage_fix_denied,
  missing: m.storage_fix_missing,
  full: m.storage_fix_full,
  read_only: m.storage_fix_read_only,
  failing: m.storage_fix_failing,
};

const REASONS: Record<EndReason, () => string> = {
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
