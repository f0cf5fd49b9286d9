/** Answers what a session asks of the machine: is the folder there, is there room on the disk, and for one more encoder. */
import type { Machine, StartRequest } from '../session/machine.ts';
import type { DiskWatch } from './disk-watch.ts';
import { requireEncoder } from './encoder-room.ts';
import type { EncoderCapacity, RunningEncoder } from './encoder-room.ts';
import type { MediaFolder } from './media-folder.ts';
import { findCpuSeconds } from './process-cpu.ts';

/** A session whose pictures are encoded, or are about to be. */
export interface EncodingSession {
  sessionId: string;
  megapixels: number;
  /** Of its FFmpeg, once it runs. */
  pid: number | undefined;
  /** How many seconds of pictures that FFmpeg has been given. */
  pictureSeconds: number;
}

export interface MachineOptions {
  media: MediaFolder;
  disk: DiskWatch;
  capacity: EncoderCapacity;
  /** Recordings that run now. */
  encoding: () => readonly EncodingSession[];
}

export function createMachine({ media, disk, capacity, encoding }: MachineOptions): Machine {
  /** Admitted, and not yet among those that run: two that ask at once are not given the same cores. */
  const admitted = new Map<string, EncodingSession>();

  function admitEncoder(sessionId: string, megapixels: number): void {
    const others = new Map(admitted);
    for (const one of encoding()) others.set(one.sessionId, one);
    others.delete(sessionId);
    requireEncoder(capacity, [...others.values()].map(measure), megapixels);
    admitted.set(sessionId, { sessionId, megapixels, pid: undefined, pictureSeconds: 0 });
    setImmediate(() => admitted.delete(sessionId));
  }

  return {
    admitOpening: () => media.require(),
    async admitStart({ sessionId, durationSeconds, encodedMegapixels }: StartRequest) {
      await media.require();
      await disk.admitStart(durationSeconds);
      if (encodedMegapixels !== undefined) admitEncoder(sessionId, encodedMegapixels);
    },
    hasRoom: () => !disk.isFull,
    isMediaHere: async () => (await media.look()) === undefined,
    releaseReserve: () => disk.releaseReserve(),
  };
}

function measure({ megapixels, pid, pictureSeconds }: EncodingSession): RunningEncoder {
  return { megapixels, pictureSeconds, cpuSeconds: pid === undefined ? undefined : findCpuSeconds(pid) };
}
