/**
 * FFmpeg ends a part with a fragment of sound alone where a camera goes away (seen with 5.1, sound and reordered frames). By
 * its pictures a fragment has its place in time, so one without any gets an empty run of them. Pure.
 */
import { findVideoTrack } from '@padelvar/shared/mp4/init-segment';
import type { InitSegment } from '@padelvar/shared/mp4/init-segment';
import { decodeSpan } from './fragment.ts';
import type { Fragment } from './fragment.ts';

/** To be called with the fragments of a part in their order. */
export function createPictureRuns(init: InitSegment): (fragment: Fragment) => Fragment {
  const video = findVideoTrack(init);
  if (video === undefined) return (fragment) => fragment;
  const { trackId, timescale } = video;
  let endTicks: number | undefined;

  /** Before the first picture it is where the sound ends. */
  function beginOf({ runs }: Fragment): number {
    const [sound] = runs;
    const track = init.tracks.find((one) => one.trackId === sound?.trackId);
    if (endTicks !== undefined || sound === undefined || track === undefined) return endTicks ?? 0;
    const soundTicks = sound.durations.reduce((total, ticks) => total + ticks, sound.decodeTicks);
    return Math.round((soundTicks * timescale) / track.timescale);
  }

  return (fragment) => {
    const hasPictures = fragment.runs.some((run) => run.trackId === trackId);
    if (hasPictures) {
      ({ endTicks } = decodeSpan(fragment, trackId));
      return fragment;
    }
    const none = { durations: new Uint32Array(), sizes: new Uint32Array(), keyframes: new Uint8Array() };
    const run = { trackId, decodeTicks: beginOf(fragment), offset: fragment.offset, ...none };
    return { ...fragment, runs: [run, ...fragment.runs] };
  };
}
