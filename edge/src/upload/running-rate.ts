/** What recordings make, kbit/s, as their reports tell. Pure. */
import type { ReportedSession } from '@padelvar/shared/link';
import { isEnded } from '@padelvar/shared/session';

/** What a 1080p court sends at most by default: believed of a court that nothing is known of. */
const UNKNOWN_KBIT_PER_SECOND = 8_000;
/** So long is a bit rate not believed, milliseconds: it begins with a keyframe and a pre-roll. */
const UNMEASURED_MS = 15_000;

/** Of all recordings under way, and of one that begins now on `startingCourtId`. */
export function planRunningKbit(reports: readonly ReportedSession[], startingCourtId?: string): number {
  const running = reports.filter(({ state, recording }) => recording !== undefined && !isEnded(state));
  const kbit = running.map((report) => measureKbit(report) ?? findCourtKbit(reports, report.courtId));
  if (startingCourtId !== undefined) kbit.push(findCourtKbit(reports, startingCourtId));
  return Math.round(kbit.reduce((sum, one) => sum + one, 0));
}

/** Of the court's newest finished movie; reports are in no order, session ids tell when. */
function findCourtKbit(reports: readonly ReportedSession[], courtId: string): number {
  const known = reports
    .filter((report) => report.courtId === courtId && report.recording?.movie !== undefined)
    .toSorted((a, b) => (a.sessionId < b.sessionId ? 1 : -1));
  for (const report of known) {
    const kbit = measureKbit(report);
    if (kbit !== undefined) return kbit;
  }
  return UNKNOWN_KBIT_PER_SECOND;
}

function measureKbit({ recording }: ReportedSession): number | undefined {
  if (recording === undefined) return undefined;
  const { bytes, durationMs: ms } = recording.movie ?? { ...recording, durationMs: recording.elapsedMs };
  return ms < UNMEASURED_MS || bytes === 0 ? undefined : (bytes * 8) / ms;
}
