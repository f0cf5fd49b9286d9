/** Where a recording ends that is stopped now. Pure. */
import { findVideoTrack } from '@padelvar/shared/mp4/init-segment';
import { FRAGMENT_MICROSECONDS } from '../ingest/ffmpeg-arguments.ts';
import { mediaEndMs } from '../ingest/live-part.ts';
import { decodeSpan } from '../mp4/fragment.ts';
import type { Fragment } from '../mp4/fragment.ts';
import type { RecordedPart } from './recorded-part.ts';

/** Fragments of that part that begin later, by its own time, and parts behind it are not part of the recording. */
export interface EndMark {
  part: number;
  /** Milliseconds. */
  untilMs: number;
}

/** A picture may be shown half a second late, and a part be placed late by as long as a picture takes to the disk. */
const ON_ITS_WAY_MS = 1_000;

/**
 * What was taken before belongs to it, whenever it is written: the fragment under way begins where the newest one ends, and
 * two may be on their way. What FFmpeg films from then on does not, should the daemon die before it ends it. A camera's
 * clock that runs slow makes that generous, none cuts off what was played. `nowMs`: monotonic. Undefined where nothing is
 * being recorded.
 */
export function findEnd(
  parts: readonly Pick<RecordedPart, 'record' | 'init' | 'fragments'>[],
  nowMs: number,
): EndMark | undefined {
  const part = parts.at(-1);
  if (part === undefined) return undefined;
  const { number, beganMonotonicMs } = part.record;
  if (part.fragments.length === 0)
    return { part: number, untilMs: FRAGMENT_MICROSECONDS / 1000 + ON_ITS_WAY_MS };
  return { part: number, untilMs: Math.max(mediaEndMs(part), nowMs - beganMonotonicMs) + ON_ITS_WAY_MS };
}

/** The fragments of a part that belong to a recording that ended there. */
export function cutAtEnd(
  { record, init, fragments }: Pick<RecordedPart, 'record' | 'init' | 'fragments'>,
  end: EndMark,
): readonly Fragment[] {
  const track = init === undefined ? undefined : findVideoTrack(init);
  if (track === undefined || record.number < end.part) return fragments;
  if (record.number > end.part) return [];
  const lastTicks = (end.untilMs * track.timescale) / 1000;
  return fragments.slice(
    0,
    fragments.findLastIndex((one) => decodeSpan(one, track.trackId).beginTicks <= lastTicks) + 1,
  );
}
