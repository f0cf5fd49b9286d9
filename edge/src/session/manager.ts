/** Holds all sessions of the device: does what the portal's document wants, takes up what was left, keeps warm courts, reports what is so. */
import { basename, join } from 'node:path';
import { AppError } from '@padelvar/shared/errors';
import type { DesiredSession, ReportedRecording, ReportedSession } from '@padelvar/shared/link';
import { parseSessionId } from '@padelvar/shared/ids';
import { ORPHAN_SESSION_SECONDS } from '@padelvar/shared/limits';
import { isEnded } from '@padelvar/shared/session';
import type { EndReason } from '@padelvar/shared/session';
import type { FrameHub } from '../proxy/frame-hub.ts';
import { recordingPaths } from '../recording/folder.ts';
import { viewFurther, viewFurtherUpload } from '../recording/further-movies.ts';
import type { FurtherView } from '../recording/further-movies.ts';
import { clipFinished, clipRunning } from '../recording/clip-source.ts';
import type { ClipSource } from '../recording/clip.ts';
import type { MovieView } from '../recording/movie-view.ts';
import { removeRecording } from '../recording/remove.ts';
import type { SessionStore } from '../store/sessions.ts';
import { createCameraMemory } from './camera-memory.ts';
import type { Court } from './court.ts';
import { findLeftCourt } from './left-court.ts';
import { UNLIMITED_MACHINE } from './machine.ts';
import { createMatchSession } from './match-session.ts';
import type { MatchSession, SessionContext } from './match-session.ts';
import { planActions } from './plan.ts';
import type { Action } from './plan.ts';
import { recoverSessions } from './recover-sessions.ts';
import type { RecoveredSession } from './recover-sessions.ts';
import { measureBytes, selectPast } from './select-past.ts';
import type { PastSession } from './select-past.ts';
import { untilDisk } from './until-disk.ts';
import type { TakenOver } from './warm-court.ts';
import { createWarmCourts } from './warm-courts.ts';

/** Ended sessions that are remembered, newest first; those with a movie on the disk are, however old. */
const REMEMBERED = 100;

export type UploadProgress = ReportedRecording['upload'];

export interface ManagerOptions extends Omit<SessionContext, 'onChange' | 'takeOver'> {
  store: SessionStore;
  /** Portal milliseconds, or undefined while the device doesn't know them. */
  portalNowMs: () => number | undefined;
  /** Something changed that the portal should hear of. */
  onChange: () => void;
  /** What a warm court says of its camera; the reason where it can't be used. */
  onCamera?: (courtId: string, reason: EndReason | undefined) => void;
  /** Opens a camera's address that the portal has sealed; throws where it can't be opened. */
  openSealed?: (courtId: string, sealed: string) => string;
  /** How long the part of a warm court may grow, milliseconds; for tests. */
  renewWarmMs?: number;
  /** There is something to upload, or a view of it became another one. */
  onView: (view: MovieView) => void;
}

export interface KnownMatch {
  report: ReportedSession;
  view: MovieView | undefined;
  hub: FrameHub | undefined;
  /** Of the local proxy. */
  port: number | undefined;
  /** A movie beside the first, by its number; undefined where there is none. */
  findFurther: (number: number) => FurtherView | undefined;
  /** What a clip is cut from; undefined where nothing was recorded. */
  clipSource: () => Promise<ClipSource> | undefined;
}

export interface FinishedMatch {
  sessionId: string;
  /** With those beside it. */
  bytes: number;
  /** Wall-clock milliseconds. */
  endedAtMs: number;
  /** Numbers of the movies beside it. */
  further: number[];
}

export interface SessionManager {
  setCourts(courts: readonly Court[]): void;
  /** Does what the document wants; safe to call again and again with the same one. */
  reconcile(desired: readonly DesiredSession[]): void;
  /**
   * Takes up what an earlier daemon left. Once, before the first `reconcile`. Resolves when all that goes on was taken up;
   * `finished` when what was over has become movies.
   */
  recover(): Promise<{ finished: Promise<void> }>;
  /** What is under way, and what ended last. */
  reports(): ReportedSession[];
  /** What the portal is told now: as much as fits, and each of those that wait in the end. */
  nextReports(): ReportedSession[];
  /** Whether any session is under way. */
  hasOpen(): boolean;
  /** Sessions whose pictures are being encoded. */
  encoding(): ({ sessionId: string } & NonNullable<MatchSession['encoding']>)[];
  find(sessionId: string): KnownMatch | undefined;
  /** Every match that is on the disk in movies, however old, with nothing of it still to become one. */
  finished(): FinishedMatch[];
  noteUpload(sessionId: string, upload: UploadProgress): void;
  /** Removes whatever the device holds of a session's movie. AppError `conflict` while the session goes on. */
  deleteMovie(sessionId: string): Promise<void>;
  /** Closes sessions that have been open without a recording for too long; answers their ids. */
  closeOrphans(orphanSeconds?: number): string[];
  release(): Promise<void>;
}

/** One session, running or past. */
interface Entry {
  clubId: string;
  session: MatchSession | undefined;
  /** What was last said of it. */
  report: ReportedSession;
  view: MovieView | undefined;
  upload: UploadProgress;
  endedAtMs: number | null;
  /** What lies beside the movie is known to whoever uploads it. */
  isFurtherTold: boolean;
  /** It is being deleted. */
  isUnwanted: boolean;
  /** Something of it is still to become a movie. */
  lacksFurther: boolean;
}

export function createSessionManager(options: ManagerOptions): SessionManager {
  const { clock, logger, store, machine = UNLIMITED_MACHINE } = options;
  /** Nothing waits for room on the disk any more. */
  const leaving = new AbortController();
  const courts = new Map<string, Court>();
  const entries = new Map<string, Entry>();
  /** Undefined until the document was first seen: nothing is given up because it is not known yet. */
  let wanted: readonly DesiredSession[] | undefined;
  let isReleased = false;
  let isRecovered = false;
  /** What was over has become movies too, as far as there was room. */
  let areLeftFinished = false;
  let recovering: Promise<void> = Promise.resolve();
  let areCourtsKnown = false;
  let reportsTold = 0;
  const cameras = createCameraMemory(join(options.dataDir, 'cameras'), clock);
  const warm = createWarmCourts({
    ...{ rooms: options, cameras },
    onState: (courtId, reason) => options.onCamera?.(courtId, reason),
    renewMs: options.renewWarmMs,
  });

  /** Not before it is known which sessions go on. */
  function keepWarm(): void {
    const busy = new Set(
      [...entries.values()].filter(({ endedAtMs }) => endedAtMs === null).map(({ report }) => report.courtId),
    );
    if (isRecovered && !isReleased) warm.want([...courts.values()], (courtId) => busy.has(courtId));
  }

  function onSessionChange(session: MatchSession): void {
    const entry = entries.get(session.spec.sessionId);
    if (entry === undefined) return;
    entry.report = session.report();
    if (isEnded(session.state)) entry.endedAtMs ??= clock.nowMs();
    if (session.view !== undefined && session.view !== entry.view) {
      entry.view = session.view;
      if (!entry.isUnwanted) options.onView(session.view);
    }
    entry.lacksFurther = session.lacksFurther;
    tellFurther(entry);
    save(entry);
    if (session.isOver) release(entry);
    // The court is free now, or its camera there: what waits for that goes on.
    if (isEnded(session.state) || session.state === 'created') queueMicrotask(act);
    if (isEnded(session.state)) queueMicrotask(keepWarm);
  }

  /** Its fragments, its camera and its proxy are nobody's any more. */
  function release(entry: Entry): void {
    entry.session = undefined;
    forgetOld();
  }

  /** Of what is older than the newest and has nothing left on the disk. Not before all that lies there was looked at. */
  function forgetOld(): void {
    if (!areLeftFinished) return;
    const isHeld = ({ report, session, view }: Entry): boolean =>
      session !== undefined ||
      view !== undefined ||
      wanted?.some(({ sessionId }) => sessionId === report.sessionId) === true;
    const ended = [...entries.values()].filter(({ endedAtMs }) => endedAtMs !== null);
    ended.sort((a, b) => (b.endedAtMs ?? 0) - (a.endedAtMs ?? 0));
    for (const entry of ended.slice(REMEMBERED)) if (!isHeld(entry)) forget(entry.report.sessionId);
  }

  function forget(sessionId: string): void {
    entries.delete(sessionId);
    strikeOut(() => store.remove(sessionId));
  }

  /** What a disk does not let go now is struck out by the next daemon. */
  function strikeOut(step: () => void): void {
    try {
      step();
    } catch (error) {
      logger.error({ err: error }, 'sessions could not be struck out');
    }
  }

  /** A disk that takes no row must not break off the step that a session is in: its folder is the truth. */
  function save(entry: Entry): void {
    try {
      store.save({ clubId: entry.clubId, report: reportOf(entry), endedAtMs: entry.endedAtMs });
    } catch (error) {
      logger.error({ err: error, sessionId: entry.report.sessionId }, 'session could not be written down');
    }
    options.onChange();
  }

  function add(clubId: string, report: ReportedSession, rest: Partial<Entry> = {}): Entry {
    const upload = report.recording?.upload ?? { sentBytes: 0, confirmed: false };
    const nothing = { session: undefined, view: undefined, endedAtMs: null };
    const entry = {
      ...{ clubId, report, upload, ...nothing, isFurtherTold: false, isUnwanted: false, lacksFurther: false },
      ...rest,
    };
    entries.set(report.sessionId, entry);
    return entry;
  }

  function act(): void {
    if (wanted === undefined || isReleased) return;
    const known = [...entries.values()].map(({ report, session }) => ({
      sessionId: report.sessionId,
      courtId: report.courtId,
      state: session?.state ?? report.state,
      durationSeconds: report.recording?.durationSeconds,
      isLocal: false,
    }));
    for (const action of planActions(wanted, known, options.portalNowMs())) {
      logger.info({ action }, 'session action');
      perform(action).catch((error: unknown) =>
        logger.error({ err: error, action }, 'session action failed'),
      );
    }
  }

  async function perform(action: Action): Promise<void> {
    const session = entries.get(action.sessionId)?.session;
    switch (action.do) {
      case 'open':
        await openSession(action.sessionId, action.courtId);
        break;
      case 'start':
        await session?.start(action.durationSeconds);
        break;
      case 'extend':
        await session?.extend(action.durationSeconds);
        break;
      case 'stop':
      case 'close':
        await session?.stop(action.reason);
        break;
      case 'refuse':
        refuse(action.sessionId, action.courtId, action.reason);
    }
  }

  async function openSession(sessionId: string, courtId: string): Promise<void> {
    const court = courts.get(courtId);
    // An id that names another court would be looked for in another club's folder after a restart.
    const ids = parseSessionId(sessionId);
    if (court?.address === undefined || ids?.courtId !== courtId || ids.clubId !== court.clubId) {
      refuse(sessionId, courtId, 'court_unknown');
      return;
    }
    const { clubId, address, sealed, audio = false, lowDelay = false } = court;
    const spec = { sessionId, courtId, clubId, address, sealed, audio, lowDelay };
    const takeOver = (folder: string): Promise<TakenOver | undefined> => warm.handOver(spec, folder);
    const session = createMatchSession(spec, { ...options, cameras, takeOver, onChange: onSessionChange });
    add(court.clubId, session.report(), { session });
    await session.open();
  }

  function takeUp({ clubId, report, view, spec, endedAtMs }: RecoveredSession): void {
    const session =
      spec === undefined ? undefined : createMatchSession(spec, { ...options, onChange: onSessionChange });
    const endedBefore = entries.get(report.sessionId)?.endedAtMs ?? endedAtMs ?? clock.nowMs();
    const entry = add(clubId, session?.report() ?? report, {
      ...{ session, view },
      endedAtMs: session === undefined ? endedBefore : null,
    });
    save(entry);
    if (view !== undefined && !entry.upload.confirmed) options.onView(view);
    tellFurther(entry);
    if (session !== undefined) watch(session.open());
  }

  /** What of it is confirmed already is known where the uploads are written down. */
  function tellFurther(entry: Entry): void {
    const { sessionId, recording } = reportOf(entry);
    const further = recording?.further ?? [];
    if (entry.isFurtherTold || entry.isUnwanted || entry.view === undefined || further.length === 0) return;
    entry.isFurtherTold = true;
    const paths = recordingPaths(options.dataDir, entry.clubId, sessionId);
    for (const movie of further) options.onView(viewFurtherUpload(paths, sessionId, movie));
  }

  /** It was under way, and nothing of it is left that could go on or be finished. */
  function giveUp(entry: Entry): void {
    entry.report = { ...entry.report, state: 'failed', reason: 'crash_recovered' };
    entry.endedAtMs = clock.nowMs();
    save(entry);
  }

  /** What is over and not a movie yet is neither recording nor free. */
  function noteFinishing(entry: Entry): void {
    const { recording, ...report } = entry.report;
    const still = recording === undefined ? {} : { recording: { ...recording, growing: false } };
    entry.report = { ...report, state: 'stopping', ...still };
  }

  /** A document that is there and names no such court is believed. */
  async function recall(courtId: string, folder: string): Promise<Court | undefined> {
    const left = areCourtsKnown ? undefined : await findLeftCourt(folder);
    const clubId = parseSessionId(basename(folder))?.clubId;
    if (left === undefined || clubId === undefined) return undefined;
    try {
      return { courtId, clubId, ...left, address: options.openSealed?.(courtId, left.sealed) };
    } catch (error) {
      logger.error({ err: error, courtId }, 'camera address could not be opened');
      return undefined;
    }
  }

  /** Of an earlier daemon, with nothing left of them and nobody to finish them. */
  function giveUpRest(isHandled: (sessionId: string) => boolean): void {
    for (const [sessionId, entry] of entries)
      if (entry.endedAtMs === null && entry.session === undefined && !isHandled(sessionId)) giveUp(entry);
  }

  function watch(step: Promise<void>): void {
    step.catch((error: unknown) => logger.error({ err: error }, 'session step failed'));
  }

  function findFurther(entry: Entry, number: number): FurtherView | undefined {
    const { sessionId, recording } = reportOf(entry);
    const known = recording?.further?.find((one) => one.number === number);
    if (known === undefined || entry.view === undefined) return undefined;
    return viewFurther(recordingPaths(options.dataDir, entry.clubId, sessionId), known);
  }

  function refuse(sessionId: string, courtId: string, reason: EndReason): void {
    const clubId = courts.get(courtId)?.clubId ?? 'unknown';
    const neverBegan = reason === 'expired' || reason === 'court_unknown';
    const report: ReportedSession = { sessionId, courtId, reason, state: neverBegan ? 'failed' : 'complete' };
    save(add(clubId, report, { endedAtMs: clock.nowMs() }));
  }

  const runningReports = (): ReportedSession[] =>
    [...entries.values()].filter(({ endedAtMs }) => endedAtMs === null).map(reportOf);
  const past = (): PastSession[] =>
    [...entries.values()].flatMap((entry) =>
      entry.endedAtMs === null ? [] : [{ report: reportOf(entry), endedAtMs: entry.endedAtMs }],
    );

  function reports(): ReportedSession[] {
    const newest = past().sort((a, b) => b.endedAtMs - a.endedAtMs);
    return [...runningReports(), ...newest.slice(0, REMEMBERED).map(({ report }) => report)];
  }

  function nextReports(): ReportedSession[] {
    const running = runningReports();
    reportsTold += 1;
    return [...running, ...selectPast(past(), reportsTold, measureBytes(running))];
  }

  return {
    setCourts(next) {
      areCourtsKnown = true;
      courts.clear();
      for (const court of next) courts.set(court.courtId, court);
      keepWarm();
    },
    reconcile(desired) {
      wanted = desired;
      forgetOld();
      act();
    },
    async recover() {
      for (const stored of store.list(REMEMBERED))
        add(stored.clubId, stored.report, { endedAtMs: stored.endedAtMs });
      const known = (sessionId: string): ReportedSession | undefined => entries.get(sessionId)?.report;
      const unfinished = new Set<string>();
      const onNoRoom = (sessionId: string, again: () => Promise<void>): void => {
        unfinished.add(sessionId);
        watch(untilDisk(again, { ...options, what: 'recovery', machine, signal: leaving.signal }));
      };
      const left = await recoverSessions({
        ...options,
        courts,
        known,
        recall,
        onRecovered: takeUp,
        onNoRoom,
      });
      giveUpRest((sessionId) => left.finishing.has(sessionId));
      for (const sessionId of left.finishing) {
        const entry = entries.get(sessionId);
        if (entry?.endedAtMs === null) noteFinishing(entry);
      }
      isRecovered = true;
      keepWarm();
      recovering = left.finished.then(() => {
        giveUpRest((sessionId) => unfinished.has(sessionId));
        strikeOut(() => store.keep([...entries.keys()]));
        areLeftFinished = true;
        forgetOld();
        act();
        keepWarm();
      });
      return { finished: recovering };
    },
    reports,
    nextReports,
    encoding: () =>
      [...entries.values()].flatMap(({ report: { sessionId }, session }) =>
        session?.encoding === undefined ? [] : [{ sessionId, ...session.encoding }],
      ),
    hasOpen: () => [...entries.values()].some(({ endedAtMs }) => endedAtMs === null),
    find(sessionId) {
      const entry = entries.get(sessionId);
      if (entry === undefined) return undefined;
      return {
        report: reportOf(entry),
        view: entry.view,
        hub: entry.session?.hub,
        port: entry.session?.port,
        findFurther: (number) => findFurther(entry, number),
        clipSource: () => findClipSource(entry),
      };
    },
    finished: () =>
      [...entries.values()].flatMap((entry) => {
        const { view, endedAtMs } = entry;
        const movie = view?.finished();
        if (view === undefined || movie === undefined || endedAtMs === null) return [];
        if (entry.session?.lacksFurther ?? entry.lacksFurther) return [];
        const beside = reportOf(entry).recording?.further ?? [];
        const bytes = beside.reduce((sum, one) => sum + one.bytes, movie.totalBytes);
        return [{ sessionId: view.sessionId, bytes, endedAtMs, further: beside.map(({ number }) => number) }];
      }),
    noteUpload(sessionId, upload) {
      const entry = entries.get(sessionId);
      if (entry === undefined) return;
      entry.upload = upload;
      save(entry);
    },
    async deleteMovie(sessionId) {
      const entry = entries.get(sessionId);
      if (entry?.endedAtMs === null) throw new AppError('conflict', 'expected a session that has ended');
      if (entry !== undefined) entry.isUnwanted = true;
      await entry?.session?.settled();
      const clubId = entry?.clubId ?? parseSessionId(sessionId)?.clubId;
      if (clubId !== undefined) await removeRecording(recordingPaths(options.dataDir, clubId, sessionId));
      if (entry !== undefined) entry.view = undefined;
      forgetOld();
    },
    closeOrphans(orphanSeconds = ORPHAN_SESSION_SECONDS) {
      const isOrphan = ({ session }: Entry): boolean =>
        session?.state === 'created' && clock.monotonicMs() - session.sinceMs >= orphanSeconds * 1000;
      const orphans = [...entries.values()].filter(isOrphan);
      for (const { session } of orphans) if (session !== undefined) watch(session.stop('orphaned'));
      return orphans.map(({ report }) => report.sessionId);
    },
    async release() {
      leaving.abort();
      isReleased = true;
      await recovering.catch(() => undefined);
      const sessions = [...entries.values()].map(async ({ session }) => session?.release());
      await Promise.all([...sessions, warm.release()]);
    },
  };
}

function reportOf({ session, report, upload }: Entry): ReportedSession {
  const current = session?.report() ?? report;
  return current.recording === undefined
    ? current
    : { ...current, recording: { ...current.recording, upload } };
}

function findClipSource({ view, session }: Entry): Promise<ClipSource> | undefined {
  if (view === undefined) return undefined;
  if (view.finished() !== undefined) return clipFinished(view);
  return Promise.resolve(clipRunning(view, session?.tracks() ?? []));
}
