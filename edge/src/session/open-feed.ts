/** Opens a session's camera: what it is, what an earlier daemon left of it, its feed. */
import { appendFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '@padelvar/shared/errors';
import type { Logger } from '../base/log.ts';
import { probeCamera } from '../camera/probe.ts';
import type { CameraProbe } from '../camera/probe.ts';
import { loadPartRecords } from '../ingest/part.ts';
import { findRecord } from '../recording/folder.ts';
import { openCourtFeed } from './court-feed.ts';
import type { CourtFeed } from './court-feed.ts';
import type { HeldCamera } from './held-camera.ts';
import { findRememberedProbe, forgetProbe, rememberProbe } from './remembered-probe.ts';
import { preRollSecondsOf } from './session-spec.ts';
import type { SessionRooms, SessionSpec } from './session-spec.ts';

export interface OpenFeedOptions {
  spec: SessionSpec;
  rooms: SessionRooms;
  logger: Logger;
  folder: string;
  health: () => Record<string, unknown>;
  /** Whether what an earlier session learnt of the camera will do: it is asked otherwise. */
  recall?: boolean;
  /** When what is taken over was last seen to have grown, monotonic milliseconds. */
  grewAtMs?: number | undefined;
  /** The connection that was taken over; whoever took it over closes it where this fails. */
  held?: HeldCamera | undefined;
  /** Breaks off the question to the camera. */
  signal: AbortSignal;
}

export interface OpenedFeed {
  feed: CourtFeed;
  /** The camera was not asked. */
  isRecalled: boolean;
}

export async function openSessionFeed(options: OpenFeedOptions): Promise<OpenedFeed> {
  const { spec, rooms, folder, logger, health, signal } = options;
  const { sessionId, address, audio = false, lowDelay = false } = spec;
  const logPath = await openLogFolder(rooms.dataDir, sessionId);
  const remembered = await findRememberedProbe(folder);
  const recalled =
    remembered === undefined && options.recall === true ? await recallProbe(options) : undefined;
  const probe = remembered ?? recalled ?? (await askCamera(options));
  if (remembered === undefined) await rememberProbe(folder, probe);
  signal.throwIfAborted();
  const existing = await loadPartRecords(folder);
  const mark = await findRecord(folder, 'start.json');
  const preRollSeconds = (): number => preRollSecondsOf(rooms);
  const feed = await openCourtFeed({
    ...{ ...rooms, sessionId, address, audio, lowDelay, probe, logger, folder, logPath, existing, health },
    preRollSeconds,
    ...{ grewAtMs: options.grewAtMs, held: options.held },
    ...(mark === undefined ? {} : { firstPart: mark.part }),
    hasRoom: () => rooms.machine?.hasRoom() ?? true,
  });
  return { feed, isRecalled: recalled !== undefined };
}

/** Sound that is wanted may have been switched on since. */
async function recallProbe({ spec, rooms }: OpenFeedOptions): Promise<CameraProbe | undefined> {
  const probe = await rooms.cameras?.find(spec.address);
  return spec.audio === true && probe?.sound === undefined ? undefined : probe;
}

async function askCamera({ spec, rooms, signal, logger }: OpenFeedOptions): Promise<CameraProbe> {
  const probe = await probeCamera(spec.address, { clock: rooms.clock, signal });
  await rooms.cameras
    ?.remember(spec.address, probe)
    .catch((error: unknown) => logger.warn({ err: error }, 'what the camera is could not be written down'));
  return probe;
}

/** The camera has turned out to be another one: the next opening asks it. */
export async function forgetCamera({ spec, rooms, folder }: OpenFeedOptions): Promise<void> {
  await rooms.cameras?.forget(spec.address);
  await forgetProbe(folder);
}

/** The session's own log tells what happened even where FFmpeg was never started. */
export async function noteFailure(dataDir: string, sessionId: string, error: unknown): Promise<void> {
  const text = error instanceof AppError ? error.message : 'the camera could not be opened';
  try {
    await appendFile(await openLogFolder(dataDir, sessionId), `${text}\n`, { mode: 0o600 });
  } catch {
    // A disk that takes no log has been told of already: the session fails.
  }
}

/** Answers the path of the session's log. */
async function openLogFolder(dataDir: string, sessionId: string): Promise<string> {
  const path = join(dataDir, 'logs', 'video', `${sessionId}.ffmpeg.log`);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  return path;
}
