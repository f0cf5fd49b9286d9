/**
 * The room `session`: one use of a court's camera, from opening to closing, with at most one recording in it. This file
 * is one session; `manager.ts` holds them all. It owns states, stop rules and the order of steps, and knows no portal.
 */
import { AppError } from '@padelvar/shared/errors';
import { GROWTH_WINDOW_MS } from '@padelvar/shared/limits';
import type { ReportedSession } from '@padelvar/shared/link';
import { isEnded } from '@padelvar/shared/session';
import type { EndReason, PictureTrouble, SessionState } from '@padelvar/shared/session';
import type { MovieTrack } from '@padelvar/shared/mp4/movie-header';
import { isTold } from '../base/is-told.ts';
import type { Ingest } from '../ingest/ingest.ts';
import type { FrameHub } from '../proxy/frame-hub.ts';
import { createRecordingFolder, findRecord, recordingPaths } from '../recording/folder.ts';
import type { StartMarkFile } from '../recording/folder.ts';
import { endLeftIngest, openLeftParts } from '../recording/left-parts.ts';
import type { LeftParts } from '../recording/left-parts.ts';
import type { MovieView } from '../recording/movie-view.ts';
import { beginRecording, openRecording } from '../recording/recording.ts';
import type { Recording } from '../recording/recording.ts';
import { removeRecording } from '../recording/remove.ts';
import type { CourtFeed } from './court-feed.ts';
import { detailOf, isDiskFull, reasonOf } from './end-reason.ts';
import { formatReport } from './format-report.ts';
import { encodedMegapixelsOf } from './encoded-pictures.ts';
import { rememberCourt } from './left-court.ts';
import { UNLIMITED_MACHINE } from './machine.ts';
import { forgetCamera, noteFailure, openSessionFeed } from './open-feed.ts';
import { watchPicture } from './picture-watch.ts';
import { preRollSecondsOf } from './session-spec.ts';
import type { SessionRooms, SessionSpec } from './session-spec.ts';
import type { TakenOver } from './warm-court.ts';
import { canMove } from './transitions.ts';
import { findDiskTrouble, untilDisk } from './until-disk.ts';

/** Longest wait for the first picture; `create` as a whole answers within 8 s. A camera that was slow to answer gets a little more. */
const FIRST_FRAME_MS = 7_000;
const LEAST_FRAME_MS = 2_000;
/** How often a starting recording is looked at for its first bytes. */
const GROWTH_POLL_MS = 50;
/** How often a running match looks whether the wall clock was set. */
const WALL_LOOK_MS = 10_000;
/** Between two tries to take a recording up again. */
const RESUME_RETRY_MS = 1_000;

export interface SessionContext extends SessionRooms {
  /** Before the camera is connected to. Where the court was warm `folder` is there then, FFmpeg writing in it. */
  takeOver?: (folder: string) => Promise<TakenOver | undefined>;
  onChange: (session: MatchSession) => void;
}

export interface MatchSession {
  readonly spec: Omit<SessionSpec, 'address' | 'sealed'>;
  readonly state: SessionState;
  /** Monotonic milliseconds since which the session is in its state. */
  readonly sinceMs: number;
  /** It has ended, and nothing of it is under way any more: whoever has its report and view needs it no longer. */
  readonly isOver: boolean;
  readonly view: MovieView | undefined;
  /** Something was recorded in another codec and is no movie of its own yet. */
  readonly lacksFurther: boolean;
  readonly hub: FrameHub | undefined;
  /** Of the recording so far, chunk offsets counted from the beginning of its payload. */
  tracks(): MovieTrack[];
  readonly port: number | undefined;
  /** What its encoder has to do, while pictures are recorded that have to be encoded. */
  readonly encoding: { megapixels: number; pid: number | undefined; pictureSeconds: number } | undefined;
  report(): ReportedSession;
  /** Connects the camera; ends in `created` or `failed`. Takes up parts and marks that an earlier daemon left. */
  open(): Promise<void>;
  /** Idempotent. Throws AppError `conflict` where the session can't start any more. */
  start(durationSeconds: number): Promise<void>;
  /** Moves the hard stop of a running recording on; never back. Without one it does nothing. */
  extend(durationSeconds: number): Promise<void>;
  /** Ends the recording and the session; without a recording it closes it. The first reason stays. */
  stop(reason: EndReason): Promise<void>;
  /** For a daemon that goes away: the FFmpeg of an RTSP court goes on. */
  release(): Promise<void>;
  /**
   * Resolves once nothing is under way any more, the move to the final file name included; one that has no room on the
   * disk is left to the next daemon.
   */
  settled(): Promise<void>;
}

export function createMatchSession(spec: SessionSpec, context: SessionContext): MatchSession {
  const { clock, machine = UNLIMITED_MACHINE } = context;
  const { sessionId, clubId, courtId } = spec;
  const ids = { sessionId, clubId, courtId };
  const logger = context.logger.child({ sessionId });
  const paths = recordingPaths(context.dataDir, clubId, sessionId);
  /** The session is over, or this daemon's part in it: nothing that waits for the camera goes on waiting. */
  const ending = new AbortController();
  /** Nothing waits for room on the disk any more. */
  const leaving = new AbortController();
  let state: SessionState = 'idle';
  let sinceMs = clock.monotonicMs();
  let reason: EndReason | undefined;
  let detail: string | undefined;
  let feed: CourtFeed | undefined;
  let ingest: Ingest | undefined;
  let leftParts: LeftParts | undefined;
  let recording: Recording | undefined;
  let picture: PictureTrouble | undefined;
  let watching: Promise<void> = Promise.resolve();
  let finalElapsedMs: number | undefined;
  let isOver = false;
  let cancelHardStop = (): void => undefined;
  let queue: Promise<void> = Promise.resolve();
  let settling: Promise<void> = Promise.resolve();

  function move(to: SessionState): void {
    if (!canMove(state, to))
      throw new AppError('conflict', `expected a session that can become ${to}, found one that is ${state}`);
    logger.info({ from: state, to, reason }, 'session state');
    state = to;
    sinceMs = clock.monotonicMs();
    context.onChange(self);
  }

  /** One step at a time. */
  function enqueue(step: () => Promise<void>): Promise<void> {
    const done = queue.then(step);
    queue = done.catch(() => undefined);
    return done;
  }

  async function open(): Promise<void> {
    if (state !== 'idle') return;
    move('creating');
    let isFresh = false;
    let taken: TakenOver | undefined;
    try {
      await machine.admitOpening();
      taken = await context.takeOver?.(paths.folder);
      if (taken === undefined) await createRecordingFolder(paths);
      const mark = await findRecord(paths.folder, 'start.json');
      isFresh = mark === undefined;
      await (mark === undefined ? openFresh(taken) : resume(mark));
    } catch (error) {
      await taken?.camera?.close();
      if (!ending.signal.aborted) await failOpening(error, isFresh);
    }
  }

  const feedOptions = {
    ...{ spec, rooms: context, logger, folder: paths.folder, signal: ending.signal },
    health: () => ({ state, growing: isGrowing() }),
  };

  async function openFresh(taken: TakenOver | undefined): Promise<void> {
    const noting = noteCourt();
    const fromMs = clock.monotonicMs();
    let isRecalled: boolean;
    const { grewAtMs, camera: held } = taken ?? {};
    ({ feed, isRecalled } = await openSessionFeed({ ...feedOptions, grewAtMs, held, recall: true }));
    if (isRecalled) {
      if (!(await feed.isThere(FIRST_FRAME_MS, ending.signal))) await openAsked(fromMs);
    } else await feed.firstFrame(leftOf(fromMs), ending.signal);
    await noting;
    ending.signal.throwIfAborted();
    move('created');
    lookAtPicture();
  }

  /** As long as the camera is this session's. */
  function lookAtPicture(): void {
    watching = watchPicture({
      ...{ ffmpegPath: context.ffmpegPath, clock, logger, signal: ending.signal },
      lookTimes: context.lookTimes,
      isRecording: () => recording !== undefined,
      newest: () => feed?.newestPicture(),
      onChange(found) {
        picture = found;
        context.onChange(self);
      },
    });
  }

  /** The camera is not what it was. */
  async function openAsked(fromMs: number): Promise<void> {
    await endFeed();
    await closeParts();
    await forgetCamera(feedOptions);
    ({ feed } = await openSessionFeed(feedOptions));
    await feed.firstFrame(leftOf(fromMs), ending.signal);
  }

  const leftOf = (fromMs: number): number =>
    Math.max(LEAST_FRAME_MS, FIRST_FRAME_MS - (clock.monotonicMs() - fromMs));

  async function noteCourt(): Promise<void> {
    const { sealed, audio = false, lowDelay = false } = spec;
    if (sealed === undefined) return;
    await attempt('the court could not be written down', () =>
      rememberCourt(paths.folder, { sealed, audio, lowDelay }),
    );
  }

  /** A recording that an earlier daemon began goes on, camera or not: its mark is the truth, its hard stop its end. */
  async function resume(mark: StartMarkFile): Promise<void> {
    recording = openRecording(paths, mark, () => ingest?.parts ?? leftParts?.parts ?? [], clock);
    move('starting');
    armHardStop(recording);
    for (let tries = 1; feed === undefined; tries += 1) {
      ending.signal.throwIfAborted();
      try {
        ({ feed } = await openSessionFeed(feedOptions));
      } catch (error) {
        if (isTold(tries)) logger.warn({ err: error, tries }, 'camera not back yet; the recording goes on');
        await clock.sleep(RESUME_RETRY_MS, ending.signal);
      }
    }
    ingest = feed.beginIngest();
    lookAtPicture();
    void becomeRecording();
  }

  async function failOpening(error: unknown, isFresh: boolean): Promise<void> {
    await noteFailure(context.dataDir, sessionId, error);
    await endFeed();
    await closeParts();
    if (isFresh) await discard();
    fail(reasonOf(error), error);
  }

  function fail(why: EndReason, error: unknown): void {
    ending.abort(new AppError('gone', 'the session has failed'));
    cancelHardStop();
    reason = why;
    detail = detailOf(error);
    logger.warn({ reason, err: error }, 'session failed');
    isOver = true;
    move('failed');
  }

  async function start(durationSeconds: number): Promise<void> {
    if (recording !== undefined && !isEnded(state)) return;
    if (state !== 'created' || feed === undefined || ending.signal.aborted) {
      throw new AppError('conflict', `expected a session that is open, found one that is ${state}`);
    }
    try {
      const encodedMegapixels = encodedMegapixelsOf(feed);
      await machine.admitStart({ sessionId, durationSeconds, encodedMegapixels });
    } catch (error) {
      await failOpening(error, true);
      throw error;
    }
    move('starting');
    const running = feed.beginIngest();
    ingest = running;
    try {
      const preRollMs = preRollSecondsOf(context) * 1000;
      recording = await beginRecording({
        paths,
        ids,
        durationSeconds,
        preRollMs,
        layout: context.layout?.(courtId),
        parts: () => running.parts,
        clock,
      });
    } catch (error) {
      await failOpening(error, true);
      throw error;
    }
    armHardStop(recording);
    void becomeRecording();
  }

  async function extend(durationSeconds: number): Promise<void> {
    const isRunning = state === 'starting' || state === 'recording';
    if (recording === undefined || !isRunning || durationSeconds <= recording.mark.durationSeconds) return;
    await recording.extend(durationSeconds);
    armHardStop(recording);
    context.onChange(self);
  }

  /** "Recording" is said only once bytes of it are on disk. */
  async function becomeRecording(): Promise<void> {
    while (state === 'starting' && !ending.signal.aborted) {
      if ((recording?.bytes() ?? 0) > 0 && isGrowing()) {
        move('recording');
        return;
      }
      await clock.sleep(GROWTH_POLL_MS, ending.signal).catch(() => undefined);
    }
  }

  /**
   * Not once the daemon goes away: the next one may have the recording by then. Looked at now and then, for a wall clock may
   * be set: the start moves with it, and behind a reboot it alone tells how long the match has lasted.
   */
  function armHardStop(running: Recording): void {
    cancelHardStop();
    if (ending.signal.aborted) return;
    const leftMs = running.mark.durationSeconds * 1000 - running.elapsedMs();
    cancelHardStop =
      leftMs > WALL_LOOK_MS
        ? clock.setTimer(WALL_LOOK_MS, () => void followWallClock(running))
        : clock.setTimer(Math.max(0, leftMs), () => void self.stop('duration'));
  }

  async function followWallClock(running: Recording): Promise<void> {
    // A disk that takes nothing keeps the start as it was.
    await running.followWallClock().catch(() => undefined);
    armHardStop(running);
  }

  /** Ends whatever happens: a disk that takes no mark and a camera that doesn't let go stop no stop. */
  async function stop(why: EndReason): Promise<void> {
    if (isEnded(state)) return;
    cancelHardStop();
    if (recording === undefined) {
      await closeUnused(why);
      return;
    }
    const elapsedMs = (finalElapsedMs = recording.elapsedMs());
    const stopped = recording;
    const gapReason = machine.hasRoom() ? undefined : 'disk_full';
    const mark = (): Promise<EndReason> => stopped.markStop({ reason: why, elapsedMs, gapReason });
    reason ??= await tryMark(mark, why);
    move('stopping');
    await endFeed();
    await finish(stopped, mark);
  }

  async function tryMark(mark: () => Promise<EndReason>, why: EndReason): Promise<EndReason> {
    try {
      return await mark().catch(async (error: unknown) => {
        if (!isDiskFull(error)) throw error;
        await machine.releaseReserve();
        return mark();
      });
    } catch (error) {
      logger.error({ err: error }, 'stop mark could not be written yet');
      return why;
    }
  }

  const whenDisk = (what: string, step: () => Promise<unknown>): Promise<unknown> =>
    untilDisk(step, { what, machine, clock, logger, signal: leaving.signal });

  async function finish(finishing: Recording, mark: () => Promise<EndReason>): Promise<void> {
    try {
      if (ingest === undefined) {
        await endLeftIngest(paths.folder, clock);
        leftParts = await openLeftParts(paths.folder, clock);
      }
      await whenDisk('the index could not be written', async () => {
        await mark().catch(unlessOfDisk);
        await finishing.finalise();
      });
    } catch (error) {
      // The next daemon finds the parts and the stop mark.
      if (leaving.signal.aborted && (await findDiskTrouble(error, machine)) !== undefined) return;
      const noFrames = error instanceof AppError && error.kind === 'not_ready';
      await closeParts();
      if (noFrames) await discard();
      fail(noFrames ? 'no_frames' : reasonOf(error), error);
      return;
    }
    move('complete');
    settling = settle(finishing);
  }

  /** A mark that can't be written for another reason was told of, and hinders no stop. */
  async function unlessOfDisk(error: unknown): Promise<void> {
    if ((await findDiskTrouble(error, machine)) !== undefined) throw error;
  }

  async function settle(finishing: Recording): Promise<void> {
    try {
      await whenDisk('the movie could not take its final name', () => finishing.settle());
    } catch (error) {
      logger.error({ err: error }, 'the movie could not take its final name yet');
    }
    await closeParts();
    isOver = true;
    context.onChange(self);
  }

  async function closeUnused(why: EndReason): Promise<void> {
    reason ??= why;
    await endFeed();
    await closeParts();
    await discard();
    isOver = true;
    move('complete');
  }

  const attempt = async (what: string, step: () => Promise<unknown> | undefined): Promise<void> => {
    try {
      await step();
    } catch (error) {
      logger.error({ err: error }, what);
    }
  };
  /** Without a feed there may still be the FFmpeg of an earlier daemon, which nobody adopted. */
  const endFeed = (): Promise<void> =>
    attempt('camera could not be let go', () => feed?.stop() ?? endLeftIngest(paths.folder, clock));
  const closeParts = async (): Promise<void> => {
    await attempt('feed could not be closed', () => feed?.close());
    await attempt('parts could not be closed', () => leftParts?.close());
  };
  const discard = (): Promise<void> => attempt('folder could not be removed', () => removeRecording(paths));

  function isGrowing(): boolean {
    if (ingest === undefined || isEnded(state)) return false;
    // An encoder that is behind writes on for a while after its camera has fallen silent.
    return Math.max(ingest.growthAgeMs(), feed?.silentMs() ?? 0) < GROWTH_WINDOW_MS;
  }

  const self: MatchSession = {
    spec: ids,
    get state() {
      return state;
    },
    get sinceMs() {
      return sinceMs;
    },
    get isOver() {
      return isOver;
    },
    get view() {
      return recording?.view;
    },
    get lacksFurther() {
      return recording?.lacksFurther ?? false;
    },
    get hub() {
      return feed?.hub;
    },
    tracks: () => recording?.tracks() ?? [],
    get port() {
      return feed?.port;
    },
    get encoding() {
      if (ingest === undefined || feed === undefined || isEnded(state)) return undefined;
      const megapixels = encodedMegapixelsOf(feed);
      const part = ingest.parts.at(-1);
      const pid = part?.growing === true ? part.record.process.pid : undefined;
      return megapixels === undefined
        ? undefined
        : { megapixels, pid, pictureSeconds: feed.encodedSeconds() };
    },
    report: () =>
      formatReport({
        ...{ sessionId, courtId, state, reason, detail, recording },
        picture: ending.signal.aborted ? undefined : picture,
        ...{ cameraKind: feed?.kind, growing: isGrowing(), finalElapsedMs },
      }),
    open: () => enqueue(open),
    start: (durationSeconds) => enqueue(() => start(durationSeconds)),
    extend: (durationSeconds) => enqueue(() => extend(durationSeconds)),
    stop(why) {
      ending.abort(new AppError('gone', 'the session is no longer wanted'));
      return enqueue(() => stop(why));
    },
    async release() {
      ending.abort(new AppError('gone', 'the daemon goes away'));
      leaving.abort();
      cancelHardStop();
      await queue;
      await watching;
      if (!isEnded(state)) await closeParts();
      await settling;
    },
    async settled() {
      await queue;
      leaving.abort();
      await watching;
      await settling;
    },
  };
  return self;
}
