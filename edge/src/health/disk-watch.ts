/** Watches the disk that videos go to: how much fits, when it is full, and the ballast that is given up then. */
import { AppError } from '@padelvar/shared/errors';
import type { Clock } from '../base/clock.ts';
import { repeat } from '../base/clock.ts';
import { isTold } from '../base/is-told.ts';
import type { Logger } from '../base/log.ts';
import { BALLAST_BYTES_PER_COURT, makeBallast, releaseBallast, sizeBallast } from './ballast.ts';
import { planMinutesLeft, requireRoom } from './disk-room.ts';
import type { RunningRecording } from './disk-room.ts';
import { DISK_LIMITS, planDisk, UNKNOWN_DISK } from './disk-state.ts';
import type { DiskLimits, DiskState } from './disk-state.ts';

const LOOK_MS = 1_000;

export interface DiskWatchOptions {
  ballastPath: string;
  readFreeBytes: () => Promise<number>;
  /** Whether the folder is there at all; nothing is made in another one. */
  isPresent: () => Promise<boolean>;
  courts: () => number;
  running: () => readonly RunningRecording[];
  clock: Clock;
  log: Logger;
  limits?: DiskLimits;
  bytesPerCourt?: number;
}

export interface DiskWatch {
  /** When last looked at. */
  readonly freeBytes: number;
  readonly isFull: boolean;
  minutesLeft(): number;
  /** Rejects with AppError `disk_full`. */
  admitStart(durationSeconds: number): Promise<void>;
  releaseReserve(): Promise<void>;
  /** Once more than by itself; never two at a time. */
  look(): Promise<void>;
  close(): Promise<void>;
}

/** Resolves after the first look, the ballast made where there is room for it. */
export async function openDiskWatch(options: DiskWatchOptions): Promise<DiskWatch> {
  const { ballastPath, clock, log, running, limits = DISK_LIMITS } = options;
  const bytesPerCourt = options.bytesPerCourt ?? BALLAST_BYTES_PER_COURT;
  let state: DiskState = UNKNOWN_DISK;
  let freeBytes = 0;
  let looking: Promise<void> | undefined;
  /** Looks that failed, one behind the other. */
  let unseen = 0;

  async function look(): Promise<void> {
    if (!(await options.isPresent())) return;
    freeBytes = await options.readFreeBytes();
    const wasFull = state.fullSinceMs !== undefined;
    const decision = planDisk(
      state,
      {
        ...{ freeBytes, nowMs: clock.monotonicMs() },
        wantedBytes: Math.max(1, options.courts()) * bytesPerCourt,
        heldBytes: await sizeBallast(ballastPath),
      },
      limits,
    );
    ({ state } = decision);
    const isFull = state.fullSinceMs !== undefined;
    if (isFull !== wasFull) log.warn({ freeBytes }, isFull ? 'the disk is full' : 'the disk has room again');
    if (decision.ballast === 'release') await release();
    if (decision.ballast === 'restore') await restore();
  }

  async function release(): Promise<void> {
    await releaseBallast(ballastPath);
    log.warn({ freeBytes }, 'the ballast was given up for indexes and the database');
  }

  async function restore(): Promise<void> {
    await makeBallast(ballastPath, Math.max(1, options.courts()) * bytesPerCourt);
    freeBytes = await options.readFreeBytes();
  }

  const lookOnce = (): Promise<void> =>
    (looking ??= look()
      .then(() => {
        unseen = 0;
      })
      .catch((error: unknown) => {
        unseen += 1;
        if (isTold(unseen)) log.warn({ err: error, times: unseen }, 'the disk could not be looked at');
      })
      .finally(() => (looking = undefined)));

  await lookOnce();
  const endLooks = repeat(clock, LOOK_MS, lookOnce);
  return {
    get freeBytes() {
      return freeBytes;
    },
    get isFull() {
      return state.fullSinceMs !== undefined;
    },
    minutesLeft: () => planMinutesLeft(freeBytes, running()),
    async admitStart(durationSeconds) {
      await lookOnce();
      if (state.fullSinceMs !== undefined)
        throw new AppError('disk_full', 'Expected room for a recording, found a full disk.', {
          details: { minutesThatFit: 0 },
        });
      requireRoom(freeBytes, running(), durationSeconds);
    },
    releaseReserve: release,
    look: lookOnce,
    async close() {
      await endLooks();
      await looking;
    },
  };
}
