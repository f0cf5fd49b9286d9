/** Carries out the portal's one-off commands. */
import { AppError } from '@padelvar/shared/errors';
import type { SealedCamera } from '@padelvar/shared/camera';
import type { CameraTest, Command, DesiredCourt } from '@padelvar/shared/link';
import { EndReason } from '@padelvar/shared/session';
import { systemClock as clock } from './base/clock.ts';
import { probeCamera } from './camera/probe.ts';
import { takeTestPicture } from './camera/test-picture.ts';
import type { CourtStates } from './health/court-states.ts';
import type { CommandAnswer } from './link/command-intake.ts';
import type { Portal } from './link/portal.ts';
import type { PreviewPusher } from './link/preview-pusher.ts';
import type { Support } from './support.ts';

export interface CommandRooms {
  pusher: PreviewPusher;
  portal: Portal;
  courts: () => readonly DesiredCourt[];
  courtStates: CourtStates;
  ffmpegPath: string;
  support: Support;
}

/** Answers what it found or why it could not, in the words of a reply. */
export async function performCommand({ action }: Command, rooms: CommandRooms): Promise<CommandAnswer> {
  try {
    switch (action.type) {
      case 'preview':
        if (rooms.pusher.lease(action.sessionId, action.kind, action.leaseSeconds)) return {};
        return { error: { kind: 'not_found', message: 'the session is not open on this device' } };
      case 'probe':
        await probeCourt(action.courtId, rooms);
        return {};
      case 'test-camera':
        return { camera: await testCamera(action.courtId, action.camera, rooms) };
      case 'logs':
        return { logs: await rooms.support.readLogs(action) };
      case 'restart':
        return { restart: rooms.support.restart(action.acceptGap) };
      case 'diagnostics':
        return { diagnostics: await rooms.support.diagnose() };
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { error: { kind: error.kind, message: error.message.slice(0, 300) } };
  }
}

/** Leaves the court's state as it is: what is tried is not stored. */
async function testCamera(
  courtId: string,
  camera: SealedCamera | undefined,
  { courts, portal, ffmpegPath }: CommandRooms,
): Promise<CameraTest> {
  const sealed = camera ?? courts().find((court) => court.courtId === courtId)?.camera;
  if (sealed === undefined) throw new AppError('not_found', 'the court has no camera');
  return takeTestPicture(portal.openCamera(courtId, sealed), { clock, ffmpegPath });
}

async function probeCourt(courtId: string, { courts, portal, courtStates }: CommandRooms): Promise<void> {
  const sealed = courts().find((court) => court.courtId === courtId)?.camera;
  if (sealed === undefined) throw new AppError('not_found', 'the court has no camera');
  try {
    await probeCamera(portal.openCamera(courtId, sealed), { clock });
    courtStates.set(courtId, undefined);
  } catch (error) {
    const reason = EndReason.safeParse(error instanceof AppError ? error.kind : undefined);
    courtStates.set(courtId, reason.data ?? 'recorder_failed');
    throw error;
  }
}
