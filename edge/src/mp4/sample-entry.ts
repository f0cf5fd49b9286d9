/** How a movie names its codec. Pure. */
import type { InitTrack } from './init-segment.ts';

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
