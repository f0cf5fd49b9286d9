/** Where a player stands between choosing a court and holding the movie; pure. */
import type { RecordStatus } from '@padelvar/shared/portal-api';

export type Stage =
  | 'opening'
  | 'preview'
  | 'starting'
  | 'recording'
  | 'saving'
  | 'ready'
  | 'failed'
  /** The camera is closed again, and nothing was recorded. */
  | 'closing'
  | 'over';

/** What was asked for and not yet seen in a status. */
export type Pending = 'starting' | 'stopping' | undefined;

type Facts = Pick<RecordStatus, 'state' | 'movie' | 'elapsedSeconds'>;

/** The stage to show for the newest status; without one, the camera is still being opened. */
export function planStage(status: Facts | undefined, pending: Pending): Stage {
  if (status === undefined) return 'opening';
  switch (status.state) {
    case 'idle':
    case 'creating':
      return 'opening';
    case 'created':
      return pending === 'starting' ? 'starting' : 'preview';
    case 'starting':
      return 'starting';
    case 'recording':
      return pending === 'stopping' ? 'saving' : 'recording';
    case 'stopping':
      return status.movie === 'none' && status.elapsedSeconds === 0 ? 'closing' : 'saving';
    case 'complete':
    case 'failed':
      return planEnd(status);
  }
}

/** A failed session may still have a movie: what was filmed before the failure. */
function planEnd({ state, movie }: Pick<Facts, 'state' | 'movie'>): Stage {
  switch (movie) {
    case 'ready':
      return 'ready';
    case 'recording':
    case 'uploading':
      return 'saving';
    case 'none':
    case 'failed':
    case 'deleted':
      return state === 'failed' || movie === 'failed' ? 'failed' : 'over';
  }
}

/** Milliseconds until the status is asked for again; undefined where nothing more will change. */
export function planPollMs(stage: Stage): number | undefined {
  switch (stage) {
    case 'opening':
    case 'starting':
      return 150;
    case 'saving':
    case 'closing':
      return 500;
    case 'preview':
    case 'recording':
      return 2000;
    case 'ready':
    case 'failed':
    case 'over':
      return undefined;
  }
}
