/** What is known of each court's camera, from the sessions that used it and from probes. */
import type { DesiredCourt, Reported, ReportedSession } from '@padelvar/shared/link';
import type { EndReason } from '@padelvar/shared/session';

type CourtState = Reported['courts'][number];

export interface CourtStates {
  note(reports: readonly ReportedSession[]): void;
  set(courtId: string, reason: EndReason | undefined): void;
  list(courts: readonly DesiredCourt[]): CourtState[];
}

export function createCourtStates(): CourtStates {
  const states = new Map<string, CourtState>();
  const seen = new Set<string>();
  const set = (courtId: string, reason: EndReason | undefined): void => {
    states.set(
      courtId,
      reason === undefined ? { courtId, state: 'ok' } : { courtId, state: 'failed', reason },
    );
  };
  return {
    set,
    note(reports) {
      for (const { sessionId, courtId, state, reason } of reports) {
        const key = `${sessionId} ${state}`;
        if (seen.has(key)) continue;
        seen.add(key);
        if (state === 'created') set(courtId, undefined);
        if (state === 'failed' && reason?.startsWith('camera_') === true) set(courtId, reason);
      }
    },
    list: (courts) => courts.map(({ courtId }) => states.get(courtId) ?? { courtId, state: 'unknown' }),
  };
}
