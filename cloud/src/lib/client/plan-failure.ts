/** What somebody is told beside the reason why a match ended: whether the match is safe, and what to do now. Pure. */
import type { RecordStatus } from '@padelvar/shared/portal-api';
import type { EndReason } from '@padelvar/shared/session';

/** What there is of the match. */
export type Safety = 'saved' | 'coming' | 'nothing' | 'no_video' | 'deleted';

/** What to do: nothing, start again, wait for another court or take another, tell the club. */
export type Todo = 'nothing' | 'again' | 'other_court' | 'tell_club';

export interface FailurePlan {
  safety: Safety;
  todo: Todo;
}

export function planFailure(reason: EndReason | null | undefined, movie: RecordStatus['movie']): FailurePlan {
  return { safety: SAFETY[movie], todo: reason === null || reason === undefined ? 'again' : TODO[reason] };
}

const SAFETY: Record<RecordStatus['movie'], Safety> = {
  none: 'nothing',
  recording: 'coming',
  uploading: 'coming',
  ready: 'saved',
  failed: 'no_video',
  deleted: 'deleted',
};

const TODO: Record<EndReason, Todo> = {
  player: 'nothing',
  admin: 'nothing',
  duration: 'nothing',
  closed: 'nothing',
  superseded: 'nothing',
  orphaned: 'again',
  expired: 'again',
  crash_recovered: 'again',
  camera_timeout: 'again',
  encoder_full: 'other_court',
  port_range_full: 'other_court',
  disk_full: 'tell_club',
  media_missing: 'tell_club',
  camera_lost: 'tell_club',
  no_frames: 'tell_club',
  recorder_failed: 'tell_club',
  device_offline: 'tell_club',
  court_unknown: 'tell_club',
  camera_unreachable: 'tell_club',
  camera_unauthorized: 'tell_club',
  camera_no_video: 'tell_club',
  camera_unsupported_codec: 'tell_club',
};
