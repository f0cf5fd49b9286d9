/** Opens a session's camera: what it is, what an earlier daemon left of it, its feed. */
import { appendFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '@padelvar/shared/errors';
import type { Logger } from '../base/log.ts';
import { probeCamera } from '../camera/probe.ts';
import { loadPartRecords } from '../ingest/part.ts';
import { findRecord } from '../recording/folder.ts';
import { openCourtFeed } from './court-feed.ts';
import type { CourtFeed } from './court-feed.ts';
import { findRememberedProbe, rememberProbe } from './remembered-probe.ts';
import { preRollSecondsOf } from './session-spec.ts';
import type { SessionRooms, SessionSpec } from './session-spec.ts';

export interface OpenFeedOptions {
  spec: SessionSpec;
  rooms: SessionRooms;
  logger: Logger;
  folder: string;
  health: () => Record<string, unknown>;
  /** Breaks off the question to the camera. */
  signal: AbortSignal;
}

export async function openSessionFeed(options: OpenFeedOptions): Promise<CourtFeed> {
  const { spec, rooms, folder, logger, health, signal } = options;
  const { sessionId, address, audio = false } = spec;
  const logPath = await openLogFolder(rooms.dataDir, sessionId);
  const remembered = await findRememberedProbe(folder);
  const probe = remembered ?? (await probeCamera(address, { clock: rooms.clock, signal }));
  if (remembered === undefined) await rememberProbe(folder, probe);
  signal.throwIfAborted();
  const existing = await loadPartRecords(folder);
  const mark = await findRecord(folder, 'start.json');
  const preRollSeconds = (): number => preRollSecondsOf(rooms);
  return openCourtFeed({
    ...{ ...rooms, sessionId, address, audio, probe, logger, folder, logPath, existing, health },
    preRollSeconds,
    ...(mark === undefined ? {} : { firstPart: mark.part }),
    hasRoom: () => rooms.machine?.hasRoom() ?? true,
  });
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
