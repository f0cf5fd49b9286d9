/** What is known of each court's camera, from the sessions that used it and from probes. */
import type { DesiredCourt, Reported, ReportedSession } from '@padelvar/shared/link';
import { parseSessionId } from '@padelvar/shared/ids';
import type { EndReason, SessionState } from '@padelvar/shared/session';

type CourtState = Reported['courts'][number];

export interface CourtStates {
  note(reports: readonly ReportedSession[]): void;
  set(courtId: string, reason: EndReason | undefined): void;
  list(courts: readonly DesiredCourt[]): CourtState[];
}

export function createCourtStates(): CourtStates {
  const states = new Map<string, CourtState>();
  /** The last state noted of each session that is still reported. */
  let noted = new Map<string, SessionState>();
  const set = (courtId: string, reason: EndReason | undefined): void => {
    states.set(
      courtId,
      reason === undefined ? { courtId, state: 'ok' } : { courtId, state: 'failed', reason },
    );
  };
  return {
    set,
    /** Oldest first, so that the newest session has the last word. */
    note(reports) {
      const before = noted;
      noted = new Map(reports.map(({ sessionId, state }) => [sessionId, state]));
      const news = reports.filter(({ sessionId, state }) => before.get(sessionId) !== state);
      for (const report of news.sort((a, b) => openedAt(a) - openedAt(b))) {
        if (hasSeenCamera(report)) set(report.courtId, undefined);
        if (report.state === 'failed' && report.reason?.startsWith('camera_') === true)
          set(report.courtId, report.reason);
      }
    },
    list: (courts) => courts.map(({ courtId }) => states.get(courtId) ?? { courtId, state: 'unknown' }),
  };
}

/** Reports come together: a session may be seen for the first time when it is further than `created`. */
function hasSeenCamera({ state, recording }: ReportedSession): boolean {
  return state === 'created' || state === 'recording' || recording?.movie !== undefined;
}

function openedAt({ sessionId }: ReportedSession): number {
  return parseSessionId(sessionId)?.openedAtSeconds ?? 0;
}
