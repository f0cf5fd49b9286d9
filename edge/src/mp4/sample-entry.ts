/** How a movie names its codec. Pure. */
import { contentOf, getBox, readBoxes } from '@padelvar/shared/mp4/boxes';
import type { InitTrack } from '@padelvar/shared/mp4/init-segment';

/** Where the type of the first sample entry stands in an `stsd` box (14496-12 clause 8.5.2). */
const ENTRY_TYPE_OFFSET = 20;

/**
 * H.265 by the name that Apple's players take, whatever FFmpeg called it: a camera that changed its codec while it was away
 * is copied as `hev1`. The parameter sets stand in the sample entry either way.
 */
export function nameHvc1(track: InitTrack): InitTrack {
  if (track.codec !== 'hev1') return track;
  const sampleDescription = track.sampleDescription.slice();
  sampleDescription.set(new TextEncoder().encode('hvc1'), ENTRY_TYPE_OFFSET);
  return { ...track, codec: 'hvc1', sampleDescription };
}

/** The same for a whole init segment: `ftyp` and `moov`. */
export function renameHvc1(initSegment: Uint8Array): Uint8Array {
  const renamed = initSegment.slice();
  const moov = getBox(renamed, ['moov']);
  for (const trak of readBoxes(renamed, ...contentOf(moov))) {
    if (trak.type !== 'trak') continue;
    const typeAt = getBox(renamed, ['mdia', 'minf', 'stbl', 'stsd'], trak).offset + ENTRY_TYPE_OFFSET;
    if (new TextDecoder().decode(renamed.subarray(typeAt, typeAt + 4)) === 'hev1')
      renamed.set(new TextEncoder().encode('hvc1'), typeAt);
  }
  return renamed;
}
