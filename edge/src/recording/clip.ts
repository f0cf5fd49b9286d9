/** A piece of a recording, read as if it were a file: its header, then bytes of the recording's payload. */
import { endOfTracks, planClip } from '@padelvar/shared/mp4/clip';
import type { MovieTrack } from '@padelvar/shared/mp4/movie-header';

/** A recording as a clip is cut from it: chunk offsets count from the beginning of the payload. */
export interface ClipSource {
  tracks: readonly MovieTrack[];
  readPayload: (offset: number, length: number) => Promise<Buffer>;
}

export interface Clip {
  totalBytes: number;
  read: (offset: number, length: number) => Promise<Buffer>;
}

/** Where the recording ends, milliseconds on its own time line. */
export function endOf({ tracks }: ClipSource): number {
  return endOfTracks(tracks);
}

/** `fromMs` to `toMs` on the recording's own time line. Throws AppError `bad_request` where nothing lies there. */
export function cutClip({ tracks, readPayload }: ClipSource, fromMs: number, toMs: number): Clip {
  const { header, offset: first, totalBytes } = planClip(tracks, fromMs, toMs);
  const headerBytes = header.byteLength;
  return {
    totalBytes,
    async read(offset, length) {
      const head = header.subarray(Math.min(offset, headerBytes), Math.min(offset + length, headerBytes));
      const rest = length - head.byteLength;
      if (rest === 0) return Buffer.from(head);
      return Buffer.concat([head, await readPayload(first + Math.max(0, offset - headerBytes), rest)]);
    },
  };
}
