/** Where a recording begins that is asked for now. Pure. */
import { findVideoTrack } from '@padelvar/shared/mp4/init-segment';
import { decodeSpan, startsWithKeyframe } from '../mp4/fragment.ts';
import type { RecordedPart } from './recorded-part.ts';
import type { StartMark } from './select-fragments.ts';

/**
 * The first keyframe of the last `preRollMs` on disk, so that the point that made the players press *start* is in it;
 * where keyframes are further apart, the newest; where there is none, whatever comes next. What an attempt that has
 * ended left behind is from before the camera was lost and does not count.
 */
export function findStart(
  parts: readonly Pick<RecordedPart, 'record' | 'growing' | 'init' | 'fragments'>[],
  preRollMs: number,
): StartMark {
  const part = parts.at(-1);
  if (part === undefined) return { part: 1, offset: 0 };
  const { number } = part.record;
  if (!part.growing) return { part: number + 1, offset: 0 };
  const track = part.init === undefined ? undefined : findVideoTrack(part.init);
  const newest = part.fragments.at(-1);
  if (track === undefined || newest === undefined) return { part: number, offset: 0 };
  const { trackId, timescale } = track;
  const earliestTicks = decodeSpan(newest, trackId).endTicks - (preRollMs * timescale) / 1000;
  const keyframes = part.fragments.filter((fragment) => startsWithKeyframe(fragment, trackId));
  const chosen =
    keyframes.find((fragment) => decodeSpan(fragment, trackId).beginTicks >= earliestTicks) ??
    keyframes.at(-1);
  return { part: number, offset: chosen?.offset ?? 0 };
}
