/** What a player may expect of a court before choosing it; pure. */
import type { Court } from '@padelvar/shared/portal-api';

export type CourtState = 'free' | 'busy' | 'offline' | 'noCamera' | 'failed';

export function planCourtState(
  court: Pick<Court, 'deviceId' | 'hasCamera' | 'deviceOnline' | 'busy' | 'cameraState'>,
): CourtState {
  if (court.deviceId === null || !court.hasCamera) return 'noCamera';
  if (court.busy) return 'busy';
  if (!court.deviceOnline) return 'offline';
  return court.cameraState === 'failed' ? 'failed' : 'free';
}

/** A camera that failed last time may work now: opening it checks it anew. */
export function canChoose(state: CourtState): boolean {
  return state === 'free' || state === 'failed';
}
