/** Decides, for each folder that an earlier daemon left, whether its session goes on, is finished now, or is swept away. */
import type { ReportedSession } from '@padelvar/shared/link';
import { isEnded } from '@padelvar/shared/session';
import type { EndReason } from '@padelvar/shared/session';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { removeRecording } from '../recording/folder.ts';
import type { MovieFile, StartMarkFile } from '../recording/folder.ts';
import type { MovieView } from '../recording/movie-view.ts';
import { endLeftIngest, findLeftRecordings, recoverRecording } from '../recording/recover.ts';
import type { LeftRecording } from '../recording/recover.ts';
import { elapsedMs } from '../recording/recording.ts';
import type { Court } from './court.ts';
import type { SessionSpec } from './match-session.ts';

export interface RecoverOptions {
  dataDir: string;
  clock: Clock;
  logger: Logger;
  courts: ReadonlyMap<string, Court>;
  /** What the database remembers of a session. */
  known: (sessionId: string) => ReportedSession | undefined;
}

export interface RecoveredSession {
  clubId: string;
  report: ReportedSession;
  view: MovieView | undefined;
  /** Set where the session goes on. */
  spec: SessionSpec | undefined;
}

export async function recoverSessions(options: RecoverOptions): Promise<RecoveredSession[]> {
  const { dataDir, logger } = options;
  const left = await findLeftRecordings(dataDir, (folder, error) =>
    logger.error({ err: error, folder }, 'recording folder left as it is'),
  );
  const recovered: RecoveredSession[] = [];
  for (const one of left) {
    try {
      recovered.push(await recoverSession(one, options));
    } catch (error) {
      logger.error(
        { err: error, sessionId: one.sessionId },
        'recording could not be recovered; its folder stays',
      );
    }
  }
  return recovered;
}

async function recoverSession(left: LeftRecording, options: RecoverOptions): Promise<RecoveredSession> {
  const { sessionId, clubId, courtId } = left;
  const address = options.courts.get(courtId)?.address;
  const report = options.known(sessionId);
  if (address !== undefined && goesOn(left, report, options.clock)) {
    const spec = { sessionId, clubId, courtId, address };
    return { clubId, view: undefined, spec, report: { sessionId, courtId, state: 'creating' } };
  }
  await endLeftIngest(left, options.clock);
  const finished = await recoverRecording(left, endReasonOf(left, options.clock), options.clock);
  if (finished !== undefined) {
    const state = 'complete' as const;
    const { reason, movie } = finished;
    const recording = describeMovie(movie, left.start, report, reason);
    return {
      clubId,
      view: finished.view,
      spec: undefined,
      report: { sessionId, courtId, state, reason, recording },
    };
  }
  await removeRecording(left.paths);
  const ended = report !== undefined && isEnded(report.state) ? report : undefined;
  const reason = left.start === undefined ? 'closed' : 'no_frames';
  const state = left.start === undefined ? ('complete' as const) : ('failed' as const);
  return { clubId, view: undefined, spec: undefined, report: ended ?? { sessionId, courtId, state, reason } };
}

/** A recording within its time goes on; so does a session that was open and has nothing recorded yet. */
function goesOn(
  { start, stop, movie }: LeftRecording,
  report: ReportedSession | undefined,
  clock: Clock,
): boolean {
  if (movie !== undefined || stop !== undefined) return false;
  if (start !== undefined) return elapsedMs(start, clock) < start.durationSeconds * 1000;
  return report !== undefined && !isEnded(report.state);
}

function endReasonOf({ start }: LeftRecording, clock: Clock): EndReason {
  const isOver = start !== undefined && elapsedMs(start, clock) >= start.durationSeconds * 1000;
  return isOver ? 'duration' : 'crash_recovered';
}

function describeMovie(
  movie: MovieFile,
  start: StartMarkFile | undefined,
  report: ReportedSession | undefined,
  reason: EndReason,
): NonNullable<ReportedSession['recording']> {
  const { durationMs, frames, codec, width, height, totalBytes, gaps } = movie;
  return {
    elapsedMs: durationMs,
    durationSeconds: start?.durationSeconds ?? Math.ceil(durationMs / 1000),
    bytes: totalBytes,
    growing: false,
    reason,
    gaps,
    movie: { bytes: totalBytes, durationMs, frames, codec, width, height },
    upload: report?.recording?.upload ?? { sentBytes: 0, confirmed: false },
  };
}
