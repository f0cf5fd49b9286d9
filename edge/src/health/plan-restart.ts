/** Whether the daemon may end to be started again, and what that costs. Pure. */
import type { RestartAnswer } from '@padelvar/shared/device-answers';
import type { ReportedSession } from '@padelvar/shared/link';
import { isEnded } from '@padelvar/shared/session';

/**
 * The FFmpeg of an RTSP court goes on without the daemon and loses nothing. The pictures of other cameras go through the
 * daemon: their recordings lose the seconds of the restart.
 */
export function planRestart(sessions: readonly ReportedSession[], acceptGap: boolean): RestartAnswer {
  const interrupts = sessions
    .filter(({ state, recording }) => recording !== undefined && state !== 'stopping' && !isEnded(state))
    .filter(({ cameraKind }) => cameraKind !== 'rtsp')
    .map(({ courtId }) => courtId);
  return { begun: acceptGap || interrupts.length === 0, interrupts };
}
