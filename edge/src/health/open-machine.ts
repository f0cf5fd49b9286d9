/** The machine as sessions, the portal and people see it: the folder for videos, its disk, the encoders. */
import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { ReportedSession } from '@padelvar/shared/link';
import { isEnded } from '@padelvar/shared/session';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Machine } from '../session/machine.ts';
import { openDiskWatch } from './disk-watch.ts';
import type { RunningRecording } from './disk-room.ts';
import type { DiskLimits } from './disk-state.ts';
import { freeDiskBytes } from './health.ts';
import type { MachineFacts } from './health.ts';
import { createMachine } from './machine.ts';
import type { EncodingSession } from './machine.ts';
import { openMediaFolder } from './media-folder.ts';

export interface OpenMachineOptions {
  dataDir: string;
  identityFolder: string;
  /** Courts that may be encoded at once; undefined: as many as the processor is seen to carry. */
  encodingCourts: number | undefined;
  /** Of the processor; all that this process may use by default. For tests of small machines. */
  cores?: number;
  courts: () => number;
  sessions: () => readonly ReportedSession[];
  encoding: () => readonly EncodingSession[];
  clock: Clock;
  log: Logger;
  /** For tests of small disks. */
  disk?: { limits?: DiskLimits; bytesPerCourt?: number; readFreeBytes?: () => Promise<number> };
}

export interface OpenMachine {
  machine: Machine;
  facts(): MachineFacts;
  /** Looks at disk and folder now. */
  look(): Promise<void>;
  close(): Promise<void>;
}

export async function openMachine(options: OpenMachineOptions): Promise<OpenMachine> {
  const { dataDir, identityFolder, clock, log } = options;
  const folder = join(dataDir, 'videos');
  await mkdir(identityFolder, { recursive: true, mode: 0o700 });
  const media = await openMediaFolder({ folder, identityFolder });
  if (media.trouble !== undefined) log.error({ folder, media: media.trouble }, 'not the folder for videos');
  const disk = await openDiskWatch({
    ballastPath: join(folder, 'ballast.bin'),
    readFreeBytes: () => freeDiskBytes(folder),
    isPresent: async () => (await media.look()) === undefined,
    courts: options.courts,
    running: () => options.sessions().flatMap(runningOf),
    clock,
    log,
    ...options.disk,
  });
  const { cores = availableParallelism(), encodingCourts: limit } = options;
  return {
    machine: createMachine({ media, disk, capacity: { cores, limit }, encoding: options.encoding }),
    facts: () => ({
      diskFreeBytes: disk.freeBytes,
      recordingMinutesLeft: disk.minutesLeft(),
      diskFull: disk.isFull,
      media: media.trouble,
    }),
    look: () => disk.look(),
    close: () => disk.close(),
  };
}

function runningOf({ state, recording }: ReportedSession): RunningRecording[] {
  return recording === undefined || isEnded(state) ? [] : [recording];
}
