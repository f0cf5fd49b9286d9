/**
 * The room `session`: one use of a court's camera, from opening to closing, with at most one recording in it. This file
 * is one session; `manager.ts` holds them all. It owns states, stop rules and the order of steps, and knows no portal.
 */
import { appendFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '@padelvar/shared/errors';
import { GROWTH_WINDOW_MS } from '@padelvar/shared/limits';
import type { ReportedRecording, ReportedSession } from '@padelvar/shared/link';
import { EndReason, isEnded } from '@padelvar/shared/session';
import type { SessionState } from '@padelvar/shared/session';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { probeCamera } from '../camera/probe.ts';
import type { Ingest } from '../ingest/ingest.ts';
import { loadPartRecords } from '../ingest/part.ts';
import type { FrameHub } from '../proxy/frame-hub.ts';
import type { PortPool } from '../proxy/port-pool.ts';
import { createRecordingFolder, findRecord, recordingPaths, removeRecording } from '../recording/folder.ts';
import type { MovieView } from '../recording/movie-view.ts';
import { beginRecording, openRecording } from '../recording/recording.ts';
import type { Recording } from '../recording/recording.ts';
import { openCourtFeed } from './court-feed.ts';
import type { CourtFeed } from './court-feed.ts';
import { canMove } from './transitions.ts';

/** Longest wait for the first picture after the camera answered; `create` as a whole answers within 8 s. */
const FIRST_FRAME_MS = 7_000;
/** How often a starting recording is looked at for its first bytes. */
const GROWTH_POLL_MS = 50;

export interface SessionSpec {
  sessionId: string;
  clubId: string;
  courtId: string;
  /** With credentials; never leaves the device. */
  address: string;
}

export interface SessionContext {
  dataDir: string;
  ffmpegPath: string;
  memoryFolder: string;
  ports: PortPool;
  clock: Clock;
  logger: Logger;
  onChange: (session: MatchSession) => void;
}

export interface MatchSession {
  readonly spec: Omit<SessionSpec, 'address'>;
  readonly state: SessionState;
  /** Monotonic milliseconds since which the session is in its state. */
  readonly sinceMs: number;
  readonly view: MovieView | undefined;
  readonly hub: FrameHub | undefined;
  readonly port: number | undefined;
  report(): ReportedSession;
  /** Connects the camera; ends in `created` or `failed`. Takes up parts and marks that an earlier daemon left. */
  open(): Promise<void>;
  /** Idempotent. Throws AppError `conflict` where the session can't start any more. */
  start(durationSeconds: number): Promise<void>;
  /** Ends the recording and the session; without a recording it closes it. The first reason stays. */
  stop(reason: EndReason): Promise<void>;
  /** For a daemon that goes away: the FFmpeg of an RTSP court goes on. */
  release(): Promise<void>;
  /** Resolves once nothing is under way any more, the move to the final file name included. */
  settled(): Promise<void>;
}

export function createMatchSession(spec: SessionSpec, context: SessionContext): MatchSession {
  const { clock } = context;
  const { address, ...ids } = spec;
  const logger = context.logger.child({ sessionId: spec.sessionId });
  const paths = recordingPaths(context.dataDir, spec.clubId, spec.sessionId);
  const logPath = join(context.dataDir, 'logs', 'video', `${spec.sessionId}.ffmpeg.log`);
  let state: SessionState = 'idle';
  let sinceMs = clock.monotonicMs();
  let reason: EndReason | undefined;
  let detail: string | undefined;
  let feed: CourtFeed | undefined;
  let ingest: Ingest | undefined;
  let recording: Recording | undefined;
  let finalElapsedMs: number | undefined;
  let cancelHardStop = (): void => undefined;
  let queue: Promise<void> = Promise.resolve();
  let settling: Promise<void> = Promise.resolve();

  const current = (): SessionState => state;

  function move(to: SessionState): void {
    if (!canMove(state, to))
      throw new AppError('conflict', `expected a session that can become ${to}, found one that is ${state}`);
    logger.info({ from: state, to, reason }, 'session state');
    state = to;
    sinceMs = clock.monotonicMs();
    context.onChange(self);
  }

  /** One step at a time: a stop that is pressed while the camera opens waits for its turn. */
  function enqueue(step: () => Promise<void>): Promise<void> {
    const done = queue.then(step);
    queue = done.catch(() => undefined);
    return done;
  }

  async function open(): Promise<void> {
    if (state !== 'idle') return;
    move('creating');
    try {
      await mkdir(dirname(logPath), { recursive: true, mode: 0o700 });
      await createRecordingFolder(paths);
      const existing = await loadPartRecords(paths.folder);
      const probe = await probeCamera(address, { clock });
      feed = await openCourtFeed({
        ...{ ...context, logger, sessionId: spec.sessionId, address, probe, logPath, existing },
        folder: paths.folder,
        health: () => ({ state, growing: isGrowing() }),
      });
      await takeUpRecording();
      await feed.firstFrame(FIRST_FRAME_MS);
      if (current() === 'creating') move('created');
    } catch (error) {
      await failOpening(error);
    }
  }

  /** A recording that an earlier daemon began goes on: its mark is the truth. */
  async function takeUpRecording(): Promise<void> {
    const mark = await findRecord(paths.folder, 'start.json');
    if (mark === undefined || feed === undefined) return;
    ingest = feed.beginIngest();
    const running = ingest;
    recording = openRecording(paths, mark, () => running.parts, clock);
    move('created');
    move('starting');
    armHardStop(recording);
    void becomeRecording();
  }

  async function failOpening(error: unknown): Promise<void> {
    if (recording !== undefined) {
      logger.warn({ err: error }, 'camera not back yet; the recording goes on');
      return;
    }
    await noteFailure(error);
    await feed?.stop();
    await removeRecording(paths);
    fail(reasonOf(error), error);
  }

  function fail(why: EndReason, error?: unknown): void {
    reason ??= why;
    detail = error instanceof AppError ? error.message.slice(0, 300) : undefined;
    logger.warn({ reason, err: error }, 'session failed');
    move('failed');
  }

  /** The session's own log tells what happened even where FFmpeg was never started. */
  async function noteFailure(error: unknown): Promise<void> {
    const text = error instanceof AppError ? error.message : 'the camera could not be opened';
    await appendFile(logPath, `${text}\n`, { mode: 0o600 }).catch(() => undefined);
  }

  async function start(durationSeconds: number): Promise<void> {
    if (recording !== undefined && !isEnded(state)) return;
    if (state !== 'created' || feed === undefined) {
      throw new AppError('conflict', `expected a session that is open, found one that is ${state}`);
    }
    move('starting');
    ingest = feed.beginIngest();
    const running = ingest;
    recording = await beginRecording({ paths, ids, durationSeconds, parts: () => running.parts, clock });
    armHardStop(recording);
    void becomeRecording();
  }

  /** "Recording" is said only once bytes of it are on disk. */
  async function becomeRecording(): Promise<void> {
    while (state === 'starting') {
      if ((recording?.bytes() ?? 0) > 0 && isGrowing()) {
        move('recording');
        return;
      }
      await clock.sleep(GROWTH_POLL_MS);
    }
  }

  function armHardStop(running: Recording): void {
    const leftMs = running.mark.durationSeconds * 1000 - running.elapsedMs();
    cancelHardStop = clock.setTimer(Math.max(0, leftMs), () => void self.stop('duration'));
  }

  async function stop(why: EndReason): Promise<void> {
    if (isEnded(state) || state === 'stopping') return;
    cancelHardStop();
    if (recording === undefined) {
      await closeUnused(why);
      return;
    }
    const finishing = recording;
    finalElapsedMs = finishing.elapsedMs();
    reason = await finishing.markStop(why);
    move('stopping');
    await feed?.stop();
    try {
      await finishing.finalise();
    } catch (error) {
      fail(finishing.bytes() === 0 ? 'no_frames' : 'recorder_failed', error);
      return;
    }
    move('complete');
    settling = settle(finishing);
  }

  async function settle(finishing: Recording): Promise<void> {
    try {
      await finishing.settle();
      context.onChange(self);
    } catch (error) {
      logger.error({ err: error }, 'the movie could not take its final name yet');
    }
    await ingest?.close();
  }

  async function closeUnused(why: EndReason): Promise<void> {
    reason ??= why;
    await feed?.stop();
    await removeRecording(paths);
    move('complete');
  }

  function isGrowing(): boolean {
    return ingest !== undefined && !isEnded(state) && ingest.growthAgeMs() < GROWTH_WINDOW_MS;
  }

  function reportRecording(running: Recording): ReportedRecording {
    const { mark, movie } = running;
    return {
      elapsedMs: Math.max(0, Math.round(movie?.durationMs ?? finalElapsedMs ?? running.elapsedMs())),
      durationSeconds: mark.durationSeconds,
      bytes: running.bytes(),
      growing: isGrowing(),
      gaps: running.gaps().slice(0, 1000),
      upload: { sentBytes: 0, confirmed: false },
      ...(reason === undefined ? {} : { reason }),
      ...(movie === undefined ? {} : { movie: { ...movie, bytes: movie.totalBytes } }),
    };
  }

  const self: MatchSession = {
    spec: ids,
    get state() {
      return state;
    },
    get sinceMs() {
      return sinceMs;
    },
    get view() {
      return recording?.view;
    },
    get hub() {
      return feed?.hub;
    },
    get port() {
      return feed?.port;
    },
    report: () => ({
      sessionId: spec.sessionId,
      courtId: spec.courtId,
      state,
      ...(reason === undefined ? {} : { reason }),
      ...(detail === undefined ? {} : { detail }),
      ...(feed === undefined ? {} : { cameraKind: feed.kind }),
      ...(recording === undefined ? {} : { recording: reportRecording(recording) }),
    }),
    open: () => enqueue(open),
    start: (durationSeconds) => enqueue(() => start(durationSeconds)),
    stop: (why) => enqueue(() => stop(why)),
    async release() {
      cancelHardStop();
      await queue;
      if (!isEnded(state)) await feed?.release();
      await settling;
    },
    async settled() {
      await queue;
      await settling;
    },
  };
  return self;
}

/** Camera troubles are end reasons by the same name; anything else is the recorder's own fault. */
function reasonOf(error: unknown): EndReason {
  const parsed = EndReason.safeParse(error instanceof AppError ? error.kind : undefined);
  return parsed.success ? parsed.data : 'recorder_failed';
}
