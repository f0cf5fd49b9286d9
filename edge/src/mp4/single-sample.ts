/** A fragment of one sample: what a decoder that wants keyframes alone is given, a third of the bytes (14496-12 clause 8.8). */
import { concatBytes, writeBox, writeFullBox } from '@padelvar/shared/mp4/boxes';

const DEFAULT_BASE_IS_MOOF = 0x20000;
const DATA_OFFSET = 0x1;
const SAMPLE_DURATION = 0x100;
const SAMPLE_SIZE = 0x200;
const FIRST_SAMPLE_FLAGS = 0x4;
/** Depends on no other sample and is a keyframe. */
const KEYFRAME = 0x02000000;

export interface SingleSample {
  trackId: number;
  sequence: number;
  decodeTicks: number;
  durationTicks: number;
  bytes: number;
}

/** What stands before the sample's bytes: `moof`, and the header of the `mdat` that they fill. */
export function writeSingleSampleHeader({
  trackId,
  sequence,
  decodeTicks,
  durationTicks,
  bytes,
}: SingleSample): Uint8Array {
  const moof = (dataOffset: number): Uint8Array =>
    writeBox(
      'moof',
      writeFullBox('mfhd', 0, 0, [sequence]),
      writeBox(
        'traf',
        writeFullBox('tfhd', 0, DEFAULT_BASE_IS_MOOF, [trackId]),
        writeFullBox('tfdt', 1, 0, [Math.floor(decodeTicks / 0x100000000), decodeTicks % 0x100000000]),
        writeFullBox('trun', 0, DATA_OFFSET | FIRST_SAMPLE_FLAGS | SAMPLE_DURATION | SAMPLE_SIZE, [
          1,
          dataOffset,
          KEYFRAME,
          durationTicks,
          bytes,
        ]),
      ),
    );
  const mediaHeader = writeBox('mdat');
  new DataView(mediaHeader.buffer).setUint32(0, mediaHeader.byteLength + bytes);
  return concatBytes(moof(moof(0).byteLength + mediaHeader.byteLength), mediaHeader);
}
