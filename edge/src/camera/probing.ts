/** How much of a stream FFmpeg looks at before it writes anything. Pure. */
import type { CameraProbe } from './probe.ts';

export interface Probing {
  /** Microseconds. */
  analyzeduration: number;
  /** Bytes. */
  probesize: number;
}

/**
 * Nothing where the description carries the parameter sets: the header comes after 0.3 s instead of 2 to 4 s. With sound
 * a second, since a packet of sound that comes first would be all it looks at. Without the sets until a keyframe
 * has brought them, which may take as long as keyframes are apart; FFmpeg's own limit of 5 s gives up before.
 */
export function planProbing(
  { hasParameterSets }: Pick<CameraProbe, 'hasParameterSets'>,
  withSound: boolean,
): Probing {
  if (!hasParameterSets) return { analyzeduration: 15_000_000, probesize: 50_000_000 };
  return withSound
    ? { analyzeduration: 1_000_000, probesize: 5_000_000 }
    : { analyzeduration: 0, probesize: 32 };
}
