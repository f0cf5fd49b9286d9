/**
 * One warm court: while nobody plays its FFmpeg writes into a folder of its own, in which no more than the pre-roll is
 * kept. A session takes that folder over as a daemon takes over what an earlier one left; FFmpeg notices nothing. A part
 * never sees two sessions: when one ends, a warm court begins anew.
 */
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { EndReason } from '@padelvar/shared/session';
import { GROWTH_WINDOW_MS } from '@padelvar/shared/limits';
import { syncFolder } from '../base/atomic-file.ts';
import { createBackoff } from '../base/backoff.ts';
import { DENIED_RETRY_MS } from '../camera/trouble.ts';
import { probeCamera } from '../camera/probe.ts';
import { loadPartRecords } from '../ingest/part.ts';
import { endLeftIngest } from '../recording/left-parts.ts';
import { reasonOf } from './end-reason.ts';
import { findRememberedProbe, rememberProbe } from './remembered-probe.ts';
import { openRtspIngest } from './rtsp-ingest.ts';
import type { RtspIngest } from './rtsp-ingest.ts';
import { preRollSecondsOf } from './session-spec.ts';
import type { SessionRooms } from './session-spec.ts';

/** What was punched out still counts in a file's length: a part grows no longer than this before it is replaced. */
const RENEW_MS = 60 * 60_000;
/** How often the camera's state is looked at. */
const LOOK_MS = 1_000;
/** Without a picture for this long, the camera is asked what is wrong; keyframes may be many seconds apart. */
const SILENT_MS = 25_000;
/** Between two questions to a camera that can't be used. */
const BACKOFF = { baseMs: 500, maxMs: 5_000 };

export interface WarmCourtOptions {
  courtId: string;
  address: string;
  audio: boolean;
  lowDelay: boolean;
  /** Where its parts go, under the videos; resolves once the camera is free. */
  folder: Promise<string>;
  rooms: SessionRooms;
  /** The camera's state, each time it is another one; the reason where it can't be used. */
  onState: (reason: EndReason | undefined) => void;
  renewMs?: number;
}

export interface TakenOver {
  /** When bytes were last seen to have grown, monotonic milliseconds. */
  grewAtMs: number;
}

export interface WarmCourt {
  /**
   * Lets go. What FFmpeg writes into then is `folder`, and it goes on. Undefined where there was nothing worth taking over;
   * the camera is free then.
   */
  handOver(folder: string, sessionId: string): Promise<TakenOver | undefined>;
  /** Ends FFmpeg and removes what it wrote. */
  end(): Promise<void>;
  /** For a daemon that goes away: FFmpeg goes on. */
  release(): Promise<void>;
}

/** Adopts what an earlier daemon left in its folder. */
export function holdWarmCourt(options: WarmCourtOptions): WarmCourt {
  const { courtId, address, audio, lowDelay, rooms } = options;
  const { clock, dataDir, memoryFolder } = rooms;
  const logger = rooms.logger.child({ courtId });
  const name = warmName(courtId);
  const ending = new AbortController();
  const { signal } = ending;
  const backoff = createBackoff(BACKOFF);
  let held: RtspIngest | undefined;
  let told: { reason: EndReason | undefined } | undefined;

  function tell(reason: EndReason | undefined): void {
    if (told !== undefined && told.reason === reason) return;
    told = { reason };
    logger.info({ reason }, 'warm court');
    options.onState(reason);
  }

  const isOver = (): boolean => signal.aborted;

  async function hold(): Promise<void> {
    const folder = await options.folder;
    while (!isOver()) {
      const reason = await holdOnce(folder).catch((error: unknown) => reasonOf(error));
      if (isOver()) return;
      if (reason !== undefined) tell(reason);
      await discard();
      const waitMs = reason === 'camera_unauthorized' ? DENIED_RETRY_MS : backoff.nextMs();
      await clock.sleep(waitMs, signal).catch(() => undefined);
    }
  }

  /** Answers why it is over; nothing where the part is only to be replaced. */
  async function holdOnce(folder: string): Promise<EndReason | undefined> {
    await rooms.machine?.admitOpening();
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const remembered = await findRememberedProbe(folder);
    const probe = remembered ?? (await probeCamera(address, { clock, signal }));
    if (remembered === undefined) await rememberProbe(folder, probe);
    // A camera whose pictures the daemon takes itself is connected to in no time: there is nothing to keep warm.
    if (probe.kind !== 'rtsp') return forever(signal);
    const existing = await loadPartRecords(folder);
    const logPath = join(dataDir, 'logs', 'video', `${name}.ffmpeg.log`);
    await mkdir(dirname(logPath), { recursive: true, mode: 0o700 });
    signal.throwIfAborted();
    const { ingest } = (held = await openRtspIngest(
      {
        ...{ ...rooms, sessionId: name, address, audio, lowDelay, probe, folder, existing, logPath, logger },
        preRollSeconds: () => preRollSecondsOf(rooms),
        hasRoom: () => rooms.machine?.hasRoom() ?? true,
      },
      {},
    ));
    return watch(ingest);
  }

  async function watch(ingest: RtspIngest['ingest']): Promise<EndReason | undefined> {
    const beganMs = clock.monotonicMs();
    for (;;) {
      await clock.sleep(told === undefined ? LOOK_MS / 10 : LOOK_MS, signal).catch(() => undefined);
      if (signal.aborted) return undefined;
      const ageMs = Math.min(ingest.growthAgeMs(), clock.monotonicMs() - beganMs);
      if (ingest.growthAgeMs() < GROWTH_WINDOW_MS) {
        tell(undefined);
        backoff.reset();
      } else if (ageMs > SILENT_MS) return 'camera_lost';
      else if (ageMs > GROWTH_WINDOW_MS && told?.reason === undefined) tell('camera_lost');
      if (clock.monotonicMs() - beganMs > (options.renewMs ?? RENEW_MS)) return undefined;
    }
  }

  async function discard(): Promise<void> {
    const over = held;
    held = undefined;
    await over?.stop();
    await over?.close();
    const folder = await options.folder.catch(() => undefined);
    if (folder !== undefined) await removeWarmFolder(folder, rooms);
    await rm(join(memoryFolder, `${name}.list`), { force: true });
  }

  const holding = hold().catch((error: unknown) => logger.error({ err: error }, 'warm court given up'));
  const letGo = async (): Promise<void> => {
    ending.abort(new Error('the court is no longer kept warm'));
    await holding;
  };

  return {
    async handOver(target, sessionId) {
      await letGo();
      const grewAtMs = clock.monotonicMs() - (held?.ingest.growthAgeMs() ?? Infinity);
      if (clock.monotonicMs() - grewAtMs >= GROWTH_WINDOW_MS) {
        await discard();
        return undefined;
      }
      await held?.close();
      await rename(await options.folder, target);
      await syncFolder(dirname(target));
      // FFmpeg goes on with the same file.
      const logOf = (owner: string): string => join(memoryFolder, `${owner}.ffmpeg.log`);
      await rename(logOf(name), logOf(sessionId)).catch(() => undefined);
      return { grewAtMs };
    },
    async end() {
      await letGo();
      await discard();
    },
    async release() {
      await letGo();
      await held?.close();
    },
  };
}

/** Names its files in memory and its log. */
function warmName(courtId: string): string {
  return `warm_${courtId}`;
}

export async function removeWarmFolder(
  folder: string,
  { clock }: Pick<SessionRooms, 'clock'>,
): Promise<void> {
  await endLeftIngest(folder, clock);
  await rm(folder, { recursive: true, force: true });
}

function forever(signal: AbortSignal): Promise<undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
