/** Parts without pictures: real boxes around samples of any size, for decisions that look at the index alone. */
import { concatBytes, typeWord, writeBox, writeFullBox } from '@padelvar/shared/mp4/boxes';
import { parseInitSegment } from '@padelvar/shared/mp4/init-segment';
import type { InitSegment } from '@padelvar/shared/mp4/init-segment';
import { parseFragment } from '../../src/mp4/fragment.ts';
import type { Fragment } from '../../src/mp4/fragment.ts';
import type { PartIndex } from '../../src/recording/select-fragments.ts';

const NON_SYNC = 0x10000;

/** One video track at 90 kHz, 160 x 96. */
export function writeInit(): Uint8Array {
  const tkhd = writeFullBox('tkhd', 0, 3, [0, 0, 1, 0, 0], Array<number>(13).fill(0), [160 << 16, 96 << 16]);
  const mdhd = writeFullBox('mdhd', 0, 0, [0, 0, 90_000, 0, 0x55c40000]);
  const hdlr = writeFullBox('hdlr', 0, 0, [0, typeWord('vide'), 0, 0, 0], [0]);
  const stsd = writeFullBox('stsd', 0, 0, [1], writeBox('avc1', [0, 1]));
  const minf = writeBox('minf', writeBox('stbl', stsd));
  const trak = writeBox('trak', tkhd, writeBox('mdia', mdhd, hdlr, minf));
  const mvex = writeBox('mvex', writeFullBox('trex', 0, 0, [1, 1, 3_600, 100, 0]));
  return concatBytes(writeBox('ftyp', [typeWord('iso5'), 0x200]), writeBox('moov', trak, mvex));
}

export interface FragmentPlan {
  decodeTicks: number;
  frames?: number;
  bytesEach?: number;
  keyframe?: boolean;
  durations?: readonly number[];
}

export function writeFragment(plan: FragmentPlan): Uint8Array {
  const { decodeTicks, frames = 12, bytesEach = 100, keyframe = true } = plan;
  const durations = plan.durations ?? Array<number>(frames).fill(3_600);
  const flags = durations.flatMap((duration, index) => [
    duration,
    bytesEach,
    keyframe && index === 0 ? 0 : NON_SYNC,
  ]);
  const moofWith = (dataOffset: number): Uint8Array =>
    writeBox(
      'moof',
      writeFullBox('mfhd', 0, 0, [1]),
      writeBox(
        'traf',
        writeFullBox('tfhd', 0, 0x20000, [1]),
        writeFullBox('tfdt', 1, 0, [Math.floor(decodeTicks / 2 ** 32), decodeTicks % 2 ** 32]),
        writeFullBox('trun', 0, 0x701, [durations.length, dataOffset], flags),
      ),
    );
  const moof = moofWith(moofWith(0).byteLength + 8);
  return concatBytes(moof, writeBox('mdat', new Uint8Array(durations.length * bytesEach).fill(7)));
}

export function createPartIndex(
  number: number,
  beganMs: number,
  plans: readonly FragmentPlan[],
): PartIndex & { init: InitSegment } {
  const initBytes = writeInit();
  const init = parseInitSegment(initBytes);
  if (init === undefined) throw new Error('expected a whole init segment');
  const fragments: Fragment[] = [];
  let offset = initBytes.byteLength;
  for (const plan of plans) {
    const bytes = writeFragment(plan);
    fragments.push(parseFragment(bytes, init, offset, bytes.byteLength));
    offset += bytes.byteLength;
  }
  return { number, init, fragments, beganMs };
}

/** Fragments of 12 frames one behind the other, every fourth of them with a keyframe. */
export function planFragments(count: number): FragmentPlan[] {
  return Array.from({ length: count }, (_, index) => ({
    decodeTicks: index * 12 * 3_600,
    keyframe: index % 4 === 0,
  }));
}
