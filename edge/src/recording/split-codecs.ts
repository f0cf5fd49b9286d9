/**
 * A camera whose codec was changed in the middle: one movie can't hold two codecs that every player plays, so the first
 * codec's parts make the movie, and each other codec's a numbered one beside it. Pure.
 */
import type { Gap } from '@padelvar/shared/link';
import { findVideoTrack } from '@padelvar/shared/mp4/init-segment';
import { rescaleEnds } from './rescale.ts';
import { originOf, selectFragments } from './select-fragments.ts';
import type { PartIndex, StartMark } from './select-fragments.ts';

/** The parts by codec, in the order in which the codecs came; the first group is the movie's. */
export function splitByCodec(parts: readonly PartIndex[], start: StartMark): PartIndex[][] {
  const groups = new Map<string, PartIndex[]>();
  for (const part of parts.filter(({ number }) => number >= start.part)) {
    const family = familyOf(findVideoTrack(part.init)?.codec ?? '');
    groups.set(family, [...(groups.get(family) ?? []), part]);
  }
  return [...groups.values()];
}

/** Where the parameter sets stand makes no other codec: they are in the stream too. */
function familyOf(codec: string): string {
  return { hev1: 'hvc1', avc3: 'avc1' }[codec] ?? codec;
}

/** The first codec's gaps, with the reason of those in which another codec was recorded. */
export function explainGaps(
  gaps: readonly Gap[],
  [own = [], ...others]: readonly PartIndex[][],
  start: StartMark,
  endsAtMs: number,
): Gap[] {
  const originMs = originOf(selectFragments(own, start, endsAtMs).map(rescaleEnds));
  const beganMs = others.flatMap((parts) =>
    selectFragments(parts, start, endsAtMs)
      .map(rescaleEnds)
      .map((one) => originOf([one]) - originMs),
  );
  return gaps.map((gap) =>
    beganMs.some((at) => at >= gap.fromMs && at < gap.toMs) ? { ...gap, reason: 'codec_changed' } : gap,
  );
}
