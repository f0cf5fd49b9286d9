/**
 * Which ended sessions a report tells of, where it has no room for all. Pure. First those whose movies go up next, since their
 * people look at the time that is left; then the newest; the others by turns, so that each is told of in the end.
 */
import type { ReportedSession } from '@padelvar/shared/link';
import { MAX_PACKET_BYTES } from '@padelvar/shared/limits';
import { compareMovies } from '../recording/movie-id.ts';

export interface PastSession {
  report: ReportedSession;
  /** Wall-clock milliseconds. */
  endedAtMs: number;
}

const NEXT_UP = 40;
const NEWEST = 40;
const BY_TURNS = 20;
/** What courts, addresses and deletions leave of a packet. */
export const MAX_SESSIONS_BYTES = MAX_PACKET_BYTES - 48 * 1024;

/** `takenBytes`: what sessions under way take of the same packet. `turn` counts the reports. */
export function selectPast(past: readonly PastSession[], turn: number, takenBytes = 0): ReportedSession[] {
  const selected = new Set<ReportedSession>();
  let leftBytes = MAX_SESSIONS_BYTES - takenBytes;
  const take = (sessions: readonly PastSession[]): void => {
    for (const { report } of sessions) {
      const bytes = selected.has(report) ? 0 : measureBytes([report]);
      if (bytes > leftBytes) continue;
      leftBytes -= bytes;
      selected.add(report);
    }
  };
  take(
    past
      .filter(isWaiting)
      .sort((a, b) => compareMovies(a.report.sessionId, b.report.sessionId))
      .slice(0, NEXT_UP),
  );
  take(past.toSorted((a, b) => b.endedAtMs - a.endedAtMs).slice(0, NEWEST));
  const others = past.filter(({ report }) => !selected.has(report));
  const first = others.length === 0 ? 0 : (turn * BY_TURNS) % others.length;
  take([...others.slice(first), ...others.slice(0, first)].slice(0, BY_TURNS));
  return [...selected];
}

/** In a packet. */
export function measureBytes(reports: readonly ReportedSession[]): number {
  return Buffer.byteLength(JSON.stringify(reports));
}

function isWaiting({ report: { recording } }: PastSession): boolean {
  return recording?.movie !== undefined && !recording.upload.confirmed;
}
