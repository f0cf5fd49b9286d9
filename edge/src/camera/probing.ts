/** How much of a stream FFmpeg looks at before it writes anything. Pure. */
import type { CameraProbe } from './probe.ts';

export interface Probing {
  /** Microseconds. */
  analyzeduration: number;
  /** Bytes. */
  probesize: number;
}

/**
 * Nothing where the description carries the parameter sets: the header comes after 0.3 s instead of 2 to 4 s. Else until
 * a keyframe has brought them, which may take as long as keyframes are apart; FFmpeg's own limit of 5 s gives up before.
 */
export function planProbing({ hasParameterSets }: Pick<CameraProbe, 'hasParameterSets'>): Probing {
  return hasParameterSets
    ? { analyzeduration: 0, probesize: 32 }
    : { analyzeduration: 15_000_000, probesize: 50_000_000 };
}
