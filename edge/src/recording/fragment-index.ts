/**
 * Where a recording's fragments lie in its stored object, so that the object plays as a playlist of its own byte ranges.
 * Pure. The fragments are as the camera's recorder wrote them; only the init segments are stored beside them.
 */
import type { FragmentIndex, FragmentRun, IndexedFragment } from '@padelvar/shared/side-files';
import { decodeSpan, startsWithKeyframe } from '../mp4/fragment.ts';
import type { Fragment } from '../mp4/fragment.ts';
import { placeFragments, pieceOf } from './select-fragments.ts';
import type { PartIndex, Placed, StartMark } from './select-fragments.ts';

/** An init segment that `init.mp4` holds: the first bytes of that part. */
export interface StoredInit {
  part: number;
  bytes: number;
}

export interface PlannedIndex {
  runs: FragmentIndex['runs'];
  /** In the order in which `init.mp4` holds them. */
  inits: StoredInit[];
}

/** `payloadOffset`: object bytes before the first fragment. */
export function planFragmentIndex(
  parts: readonly PartIndex[],
  start: StartMark,
  endsAtMs: number,
  payloadOffset: number,
): PlannedIndex {
  const inits: StoredInit[] = [];
  const runs: FragmentRun[] = [];
  let [initOffset, runOffset] = [0, payloadOffset];
  for (const placed of placeFragments(parts, start, endsAtMs)) {
    const { bytes } = placed.part.init;
    inits.push({ part: placed.part.number, bytes });
    runs.push({
      startMs: roundMs(placed.beginMs),
      init: { offset: initOffset, bytes },
      fragments: listFragments(placed, runOffset - placed.first.offset),
    });
    initOffset += bytes;
    runOffset += pieceOf(placed).bytes;
  }
  return { runs, inits };
}

function listFragments({ part, track, from, to }: Placed, byBytes: number): IndexedFragment[] {
  const { trackId, timescale } = track;
  const selected = part.fragments.slice(from, to);
  const endTicks = (fragment: Fragment, next: Fragment | undefined): number =>
    next === undefined ? decodeSpan(fragment, trackId).endTicks : decodeSpan(next, trackId).beginTicks;
  return selected.map((fragment, index) => {
    const ticks = endTicks(fragment, selected[index + 1]) - decodeSpan(fragment, trackId).beginTicks;
    const durationMs = roundMs(Math.max(0, (ticks * 1000) / timescale));
    const isKeyframe = startsWithKeyframe(fragment, trackId) ? 1 : 0;
    return [fragment.offset + byBytes, fragment.bytes, durationMs, isKeyframe];
  });
}

/** To the microsecond. */
function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
