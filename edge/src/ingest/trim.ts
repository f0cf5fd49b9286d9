/** What of a growing part nobody will ask for again while nothing is being recorded. Pure. */
import { findVideoTrack } from '@padelvar/shared/mp4/init-segment';
import type { InitSegment } from '@padelvar/shared/mp4/init-segment';
import { decodeSpan, startsWithKeyframe } from '../mp4/fragment.ts';
import type { Fragment } from '../mp4/fragment.ts';

/** Where the window of the last `keepMs` begins: the offset of the newest keyframe fragment that is older, or undefined. */
export function planTrim(
  init: InitSegment,
  fragments: readonly Fragment[],
  keepMs: number,
): number | undefined {
  const track = findVideoTrack(init);
  const newest = fragments.at(-1);
  if (track === undefined || newest === undefined) return undefined;
  const { trackId, timescale } = track;
  const limitTicks = decodeSpan(newest, trackId).beginTicks - (keepMs * timescale) / 1000;
  const isOld = (fragment: Fragment): boolean => decodeSpan(fragment, trackId).beginTicks <= limitTicks;
  return fragments.findLast((fragment) => startsWithKeyframe(fragment, trackId) && isOld(fragment))?.offset;
}
