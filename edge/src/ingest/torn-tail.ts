/**
 * What a power cut leaves behind the last sync: the file may have grown without its bytes having reached the disk. A
 * fragment whose boxes are whole can then hold zeros, or what lay in those blocks before, and would be played as garbage.
 */
import { readBoxHeader } from '@padelvar/shared/mp4/boxes';
import { findVideoTrack } from '@padelvar/shared/mp4/init-segment';
import type { InitSegment } from '@padelvar/shared/mp4/init-segment';
import { runsOf } from '../mp4/fragment.ts';
import type { Fragment, SampleRun } from '../mp4/fragment.ts';

/** A part that can be read. */
export interface ReadablePart {
  readonly init: InitSegment | undefined;
  readonly fragments: readonly Fragment[];
  read(offset: number, length: number): Promise<Buffer>;
}

/** Fragments looked at, from the end: far more than is ever written between two syncs. */
const CHECKED_FRAGMENTS = 32;
/** Video whose samples are runs of NAL units, each behind four bytes with its length. */
const NAL_CODECS = new Set(['avc1', 'avc3', 'hvc1', 'hev1']);
const LENGTH_BYTES = 4;
/** Emulation prevention leaves no three zero bytes in a row in a NAL unit; cameras add a few at its end. */
const ZEROS = Buffer.alloc(32);
const END_ZEROS = Buffer.alloc(8);
/** What a part or a finished movie holds at its top. */
const BOX_TYPES = new Set(['moof', 'mdat', 'moov', 'mfra', 'free']);

/** The offset of the first fragment that can't be trusted; undefined where all can. `fileBytes`: the file's size. */
export async function findTear(part: ReadablePart, fileBytes: number): Promise<number | undefined> {
  const track = part.init === undefined ? undefined : findVideoTrack(part.init);
  if (track === undefined || !NAL_CODECS.has(track.codec.slice(0, 4))) return undefined;
  for (const fragment of part.fragments.slice(-CHECKED_FRAGMENTS)) {
    const bytes = await part.read(fragment.offset, fragment.bytes);
    const isWhole = runsOf(fragment, track.trackId).every((run) => isWholeRun(bytes, run, fragment));
    if (!isWhole) return fragment.offset;
  }
  const last = part.fragments.at(-1);
  return last !== undefined && (await isLastUncertain(part, last, fileBytes)) ? last.offset : undefined;
}

function isWholeRun(bytes: Buffer, { offset, sizes }: SampleRun, fragment: Fragment): boolean {
  let at = offset - fragment.offset;
  for (const size of sizes) {
    if (!isWholeSample(bytes.subarray(at, at + size), size)) return false;
    at += size;
  }
  return true;
}

function isWholeSample(sample: Buffer, size: number): boolean {
  if (sample.byteLength !== size || sample.includes(ZEROS)) return false;
  if (size > END_ZEROS.byteLength && sample.subarray(-END_ZEROS.byteLength).equals(END_ZEROS)) return false;
  let at = 0;
  while (at + LENGTH_BYTES <= size) at += LENGTH_BYTES + sample.readUInt32BE(at);
  return at === size;
}

/**
 * Where garbage begins inside a frame can't be told: the last fragment is left out unless something that was written
 * after it is there. Zeros would have shown inside it too.
 */
async function isLastUncertain(part: ReadablePart, last: Fragment, fileBytes: number): Promise<boolean> {
  const end = last.offset + last.bytes;
  const behind = await part.read(end, Math.min(16, fileBytes - end));
  if (behind.byteLength > 0 && behind.every((byte) => byte === 0)) return false;
  return !BOX_TYPES.has(readBoxHeader(behind, 0)?.type ?? '');
}
