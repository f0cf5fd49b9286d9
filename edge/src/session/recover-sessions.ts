/** Decides, for each folder that an earlier daemon left, whether its session goes on, is finished now, or is swept away. */
import type { ReportedSession } from '@padelvar/shared/link';
import { isEnded } from '@padelvar/shared/session';
import type { EndReason } from '@padelvar/shared/session';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { MovieFile, StartMarkFile } from '../recording/folder.ts';
import type { MovieView } from '../recording/movie-view.ts';
import { endLeftIngest } from '../recording/left-parts.ts';
import { findLeftRecordings, recoverRecording } from '../recording/recover.ts';
import type { LeftRecording } from '../recording/recover.ts';
import { elapsedMs } from '../recording/recording.ts';
import { finishRemovals, removeRecording } from '../recording/remove.ts';
import type { Court } from './court.ts';
import { isDiskFull } from './end-reason.ts';
import { formatMovie } from './format-report.ts';
import { clearLeftMemory } from './left-memory.ts';
import type { SessionSpec } from './session-spec.ts';

export interface RecoverOptions {
  dataDir: string;
  memoryFolder: string;
  clock: Clock;
  logger: Logger;
  courts: ReadonlyMap<string, Court>;
  /** The court as it lies beside a match, where the document that names the courts is lost. */
  recall: (courtId: string, folder: string) => Promise<Court | undefined>;
  /** What the database remembers of a session. */
  known: (sessionId: string) => ReportedSession | undefined;
  /** Told one by one: those that go on first. */
  onRecovered: (session: RecoveredSession) => void;
  /** There was no room to finish it; `again` may be called until there is. */
  onNoRoom: (sessionId: string, again: () => Promise<void>) => void;
}

export interface RecoveredSession {
  clubId: string;
  report: ReportedSession;
  view: MovieView | undefined;
  /** Set where the session goes on. */
  spec: SessionSpec | undefined;
  /** Wall-clock milliseconds at which it ended, where that was written down. */
  endedAtMs: number | undefined;
}

export interface Recovery {
  /** Sessions that are over and have yet to become a movie. */
  finishing: ReadonlySet<string>;
  finished: Promise<void>;
}

/**
 * Resolves once all that goes on has been taken up, and no camera is held for what is over. Nothing waits for movies: joining
 * the parts of one can take seconds.
 */
export async function recoverSessions(options: RecoverOptions): Promise<Recovery> {
  const { dataDir, logger } = options;
  await finishRemovals(dataDir, (folder, error) =>
    logger.error({ err: error, folder }, 'a removed recording could not be removed wholly'),
  );
  const unreadable: string[] = [];
  const left = await findLeftRecordings(dataDir, (folder, error) => {
    logger.error({ err: error, folder }, 'recording folder left as it is');
    unreadable.push(folder);
  });
  // An FFmpeg that writes into one of them would hold its camera for ever.
  await Promise.all(unreadable.map((folder) => endLeftIngest(folder, options.clock)));
  const over: LeftRecording[] = [];
  const goesOn = new Set<string>();
  for (const one of left) {
    const resumed = await planResumed(one, options);
    if (resumed === undefined) over.push(one);
    else {
      goesOn.add(one.sessionId);
      options.onRecovered(resumed);
    }
  }
  await Promise.all(over.map(({ paths }) => endLeftIngest(paths.folder, options.clock)));
  await clearLeftMemory({
    ...options,
    goesOn: (sessionId) => goesOn.has(sessionId),
    secretsOf: (courtId) => passwordsOf(options.courts.get(courtId)),
  });
  return { finishing: new Set(over.map(({ sessionId }) => sessionId)), finished: finishAll(over, options) };
}

async function finishAll(over: readonly LeftRecording[], options: RecoverOptions): Promise<void> {
  for (const one of over) {
    try {
      options.onRecovered(await finishSession(one, options));
    } catch (error) {
      const { sessionId } = one;
      if (isDiskFull(error)) options.onNoRoom(sessionId, () => finishLater(sessionId, options));
      options.logger.error({ err: error, sessionId }, 'recording could not be recovered; its folder stays');
    }
  }
}

/** What an earlier try has done already is read anew. */
async function finishLater(sessionId: string, options: RecoverOptions): Promise<void> {
  const left = await findLeftRecordings(options.dataDir, () => undefined);
  const one = left.find((found) => found.sessionId === sessionId);
  if (one !== undefined) options.onRecovered(await finishSession(one, options));
}

function passwordsOf(court: Court | undefined): string[] {
  return court?.address === undefined ? [] : [new URL(court.address).password];
}

async function planResumed(
  left: LeftRecording,
  options: RecoverOptions,
): Promise<RecoveredSession | undefined> {
  const { sessionId, clubId, courtId } = left;
  if (!goesOn(left, options.known(sessionId), options.clock)) return undefined;
  const court = options.courts.get(courtId) ?? (await options.recall(courtId, left.paths.folder));
  const { address, sealed, audio = false, lowDelay = false } = court ?? {};
  if (address === undefined) return undefined;
  const spec = { sessionId, clubId, courtId, address, sealed, audio, lowDelay };
  const report = { sessionId, courtId, state: 'creating' as const };
  return { clubId, view: undefined, spec, report, endedAtMs: undefined };
}

async function finishSession(left: LeftRecording, options: RecoverOptions): Promise<RecoveredSession> {
  const { sessionId, clubId, courtId, paths } = left;
  const known = options.known(sessionId);
  await endLeftIngest(paths.folder, options.clock);
  const finished = await recoverRecording(left, endReasonOf(left, options.clock), options.clock);
  const ended = { clubId, spec: undefined, endedAtMs: left.stop?.stoppedAtMs };
  if (finished !== undefined) {
    const { reason, movie, view } = finished;
    const recording = describeMovie(movie, left.start, known, reason);
    return { ...ended, view, report: { sessionId, courtId, state: 'complete', reason, recording } };
  }
  await removeRecording(paths);
  const report = known !== undefined && isEnded(known.state) ? known : describeEmpty(left);
  return { ...ended, view: undefined, report };
}

function describeEmpty({ sessionId, courtId, start }: LeftRecording): ReportedSession {
  return start === undefined
    ? { sessionId, courtId, state: 'complete', reason: 'closed' }
    : { sessionId, courtId, state: 'failed', reason: 'no_frames' };
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
  const { durationMs, totalBytes, gaps } = movie;
  return {
    elapsedMs: durationMs,
    durationSeconds: start?.durationSeconds ?? Math.ceil(durationMs / 1000),
    bytes: totalBytes,
    growing: false,
    reason,
    gaps,
    ...formatMovie(movie),
    upload: report?.recording?.upload ?? { sentBytes: 0, confirmed: false },
  };
}
