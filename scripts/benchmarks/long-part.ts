/**
 * A part of many minutes at 4 Mbit/s, made of one short part by repeating its fragments with their decode times moved on.
 * The payload may be a hole in the file: indexing and finishing a part read and write its boxes, never its video, and
 * while a match runs its video is put onto the disk every second.
 */
import { execFile } from 'node:child_process';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { contentOf, getBox, readBoxes, viewOf } from '@padelvar/shared/mp4/boxes';
import { parseInitSegment } from '@padelvar/shared/mp4/init-segment';
import { planCopyArguments } from '../../edge/src/ingest/ffmpeg-arguments.ts';
import { partPath } from '../../edge/src/ingest/part.ts';
import type { Clip } from '../../edge/src/simulate/clip/clip.ts';

export interface LongPart {
  path: string;
  bytes: number;
}

/** Ticks per second of a part's video track. */
const TIMESCALE = 90_000;

interface Template {
  /** `moof` and the header of its `mdat`, or both boxes whole. */
  head: Buffer;
  /** Of both boxes. */
  bytes: number;
  /** Place of the 64-bit decode time in `head`. */
  timeAt: number;
}

export async function makeLongPart(
  folder: string,
  clip: Clip,
  ffmpegPath: string,
  seconds: number,
  payload: 'hole' | 'real' = 'hole',
): Promise<LongPart> {
  await mkdir(folder, { recursive: true });
  const shortPath = join(folder, 'short.mp4');
  const inputArguments = ['-framerate', String(clip.fps), '-i', join(clip.folder, 'full.h264')];
  await promisify(execFile)(
    ffmpegPath,
    planCopyArguments({ inputArguments, codec: 'h264', partPath: shortPath }),
  );
  const data = await readFile(shortPath);
  const init = parseInitSegment(data);
  if (init === undefined) throw new Error('expected a part with an init segment');
  const path = partPath(folder, 1);
  const file = await open(path, 'w', 0o600);
  try {
    await file.write(data, 0, init.bytes, 0);
    const templates = readTemplates(data, init.bytes, payload === 'real');
    const rounds = Math.ceil((seconds * clip.fps) / clip.frames);
    const bytes = await repeatFragments(file, init.bytes, templates, rounds, clip.frames / clip.fps);
    await file.truncate(bytes);
    await file.sync();
    await rm(shortPath);
    return { path, bytes };
  } finally {
    await file.close();
  }
}

async function repeatFragments(
  file: FileHandle,
  from: number,
  templates: readonly Template[],
  rounds: number,
  roundSeconds: number,
): Promise<number> {
  let offset = from;
  for (let round = 0; round < rounds; round += 1) {
    for (const { head, bytes, timeAt } of templates) {
      const moved = Buffer.from(head);
      const ticks = moved.readBigUInt64BE(timeAt) + BigInt(Math.round(round * roundSeconds * TIMESCALE));
      moved.writeBigUInt64BE(ticks, timeAt);
      await file.write(moved, 0, moved.byteLength, offset);
      offset += bytes;
    }
  }
  return offset;
}

function readTemplates(data: Buffer, from: number, isWhole: boolean): Template[] {
  const boxes = [...readBoxes(data, from)];
  return boxes.flatMap((moof, index) => {
    const mdat = boxes[index + 1];
    if (moof.type !== 'moof' || mdat === undefined) return [];
    const tfdt = getBox(data, ['traf', 'tfdt'], moof);
    const [timeAt] = contentOf(tfdt);
    if (viewOf(data).getUint8(timeAt) !== 1) throw new Error('expected decode times of 64 bits');
    return [
      {
        head: data.subarray(moof.offset, mdat.offset + (isWhole ? mdat.bytes : mdat.headerBytes)),
        bytes: moof.bytes + mdat.bytes,
        timeAt: timeAt + 4 - moof.offset,
      },
    ];
  });
}
