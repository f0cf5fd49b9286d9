/**
 * What keeps the camera of a court connected on which nobody plays, and how much that may take: FFmpeg with a part of which
 * the pre-roll is kept, or for pictures that the daemon takes itself, the connection and as much of them in memory.
 */
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GROWTH_WINDOW_MS } from '@padelvar/shared/limits';
import type { Logger } from '../base/log.ts';
import type { CameraProbe } from '../camera/probe.ts';
import { loadPartRecords } from '../ingest/part.ts';
import { createPacedRun } from '../proxy/paced-run.ts';
import { holdCamera } from './held-camera.ts';
import type { HeldCamera } from './held-camera.ts';
import { openRtspIngest } from './rtsp-ingest.ts';
import { preRollSecondsOf } from './session-spec.ts';
import type { SessionRooms } from './session-spec.ts';

/** What was punched out still counts in a file's length: a part grows no longer than this before it is replaced. */
const RENEW_MS = 60 * 60_000;
/** Keyframes may be many seconds apart. */
const SILENT_STREAM_MS = 25_000;

export interface WarmHoldingOptions {
  /** Names its files in memory and its log. */
  name: string;
  address: string;
  audio: boolean;
  lowDelay: boolean;
  probe: CameraProbe;
  folder: string;
  rooms: SessionRooms;
  logger: Logger;
  /** Of a part, milliseconds. */
  renewMs?: number | undefined;
}

export interface WarmHolding {
  /** Milliseconds since the camera sent something. */
  ageMs(): number;
  /** Without anything for this long, milliseconds, the camera is asked what is wrong. */
  readonly silentMs: number;
  /** After this long, milliseconds, it is begun anew. */
  readonly renewMs: number;
  /** Lets go of what a session goes on with: FFmpeg, which writes on, or the connection that is answered. */
  leave(): Promise<HeldCamera | undefined>;
  /** Lets go of the camera. */
  end(): Promise<void>;
}

/** Adopts an FFmpeg that an earlier daemon left in the folder. */
export function holdWarm(options: WarmHoldingOptions): Promise<WarmHolding> {
  return options.probe.kind === 'rtsp' ? holdStream(options) : Promise.resolve(holdPictures(options));
}

async function holdStream({
  name,
  rooms,
  renewMs = RENEW_MS,
  ...rest
}: WarmHoldingOptions): Promise<WarmHolding> {
  const existing = await loadPartRecords(rest.folder);
  const logPath = join(rooms.dataDir, 'logs', 'video', `${name}.ffmpeg.log`);
  await mkdir(dirname(logPath), { recursive: true, mode: 0o700 });
  const rtsp = await openRtspIngest(
    {
      ...{ ...rooms, ...rest, sessionId: name, existing, logPath },
      preRollSeconds: () => preRollSecondsOf(rooms),
      hasRoom: () => rooms.machine?.hasRoom() ?? true,
    },
    {},
  );
  return {
    ageMs: () => rtsp.ingest.growthAgeMs(),
    silentMs: SILENT_STREAM_MS,
    renewMs,
    async leave() {
      await rtsp.close();
      return undefined;
    },
    async end() {
      await rtsp.stop();
      await rtsp.close();
    },
  };
}

function holdPictures({ address, probe, rooms, logger }: WarmHoldingOptions): WarmHolding {
  const { clock } = rooms;
  const run = createPacedRun({ clock, preRollSeconds: () => preRollSecondsOf(rooms) });
  let cameAtMs = -Infinity;
  const camera = holdCamera(
    { address, probe, clock, run },
    { log: logger, onFrame: () => void (cameAtMs = clock.monotonicMs()) },
  );
  return {
    ageMs: () => clock.monotonicMs() - cameAtMs,
    silentMs: GROWTH_WINDOW_MS,
    renewMs: Infinity,
    leave: () => Promise.resolve(camera),
    end: () => camera.close(),
  };
}
