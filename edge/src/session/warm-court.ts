/**
 * One warm court: while nobody plays its camera stays connected, with no more than the pre-roll kept, in a folder of its own
 * or in memory. A session takes that folder over as a daemon takes over what an earlier one left, or the connection; FFmpeg
 * and camera notice nothing. No picture is seen by two sessions: when one ends, a warm court begins anew.
 */
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { EndReason } from '@padelvar/shared/session';
import { GROWTH_WINDOW_MS } from '@padelvar/shared/limits';
import { syncFolder } from '../base/atomic-file.ts';
import { createBackoff } from '../base/backoff.ts';
import { DENIED_RETRY_MS } from '../camera/trouble.ts';
import { probeCamera } from '../camera/probe.ts';
import { endLeftIngest } from '../recording/left-parts.ts';
import { reasonOf } from './end-reason.ts';
import type { HeldCamera } from './held-camera.ts';
import { findRememberedProbe, rememberProbe } from './remembered-probe.ts';
import type { SessionRooms } from './session-spec.ts';
import { holdWarm } from './warm-holding.ts';
import type { WarmHolding } from './warm-holding.ts';

/** How often the camera's state is looked at. */
const LOOK_MS = 1_000;
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
  renewMs?: number | undefined;
}

export interface TakenOver {
  /** When bytes were last seen to have grown, or a picture came, monotonic milliseconds. */
  grewAtMs: number;
  /** The connection itself, where the daemon takes the pictures: the session's from now on, which closes it. */
  camera: HeldCamera | undefined;
}

export interface WarmCourt {
  /**
   * Lets go of its folder, which is `folder` then, FFmpeg writing on in it where there is one. Undefined where there was
   * nothing worth taking over; the camera is free then.
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
  const { clock, memoryFolder } = rooms;
  const logger = rooms.logger.child({ courtId });
  const name = warmName(courtId);
  const ending = new AbortController();
  const { signal } = ending;
  const backoff = createBackoff(BACKOFF);
  let held: WarmHolding | undefined;
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
    signal.throwIfAborted();
    const { renewMs } = options;
    held = await holdWarm({ name, address, audio, lowDelay, probe, folder, rooms, logger, renewMs });
    return watch(held);
  }

  async function watch(holding: WarmHolding): Promise<EndReason | undefined> {
    const beganMs = clock.monotonicMs();
    for (;;) {
      await clock.sleep(told === undefined ? LOOK_MS / 10 : LOOK_MS, signal).catch(() => undefined);
      if (signal.aborted) return undefined;
      const ageMs = Math.min(holding.ageMs(), clock.monotonicMs() - beganMs);
      if (holding.ageMs() < GROWTH_WINDOW_MS) {
        tell(undefined);
        backoff.reset();
      } else if (ageMs > holding.silentMs) return 'camera_lost';
      else if (ageMs > GROWTH_WINDOW_MS && told?.reason === undefined) tell('camera_lost');
      if (clock.monotonicMs() - beganMs > holding.renewMs) return undefined;
    }
  }

  async function discard(): Promise<void> {
    const over = held;
    held = undefined;
    await over?.end();
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
      const grewAtMs = clock.monotonicMs() - (held?.ageMs() ?? Infinity);
      if (clock.monotonicMs() - grewAtMs >= GROWTH_WINDOW_MS) {
        await discard();
        return undefined;
      }
      const folder = await options.folder;
      const camera = await held?.leave();
      try {
        await rename(folder, target);
        await syncFolder(dirname(target));
      } catch (error) {
        await camera?.close();
        await removeWarmFolder(folder, rooms);
        throw error;
      }
      // FFmpeg goes on with the same file.
      const logOf = (owner: string): string => join(memoryFolder, `${owner}.ffmpeg.log`);
      await rename(logOf(name), logOf(sessionId)).catch(() => undefined);
      return { grewAtMs, camera };
    },
    async end() {
      await letGo();
      await discard();
    },
    async release() {
      await letGo();
      const camera = await held?.leave();
      await camera?.close();
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
