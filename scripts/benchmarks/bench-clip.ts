/** What the benchmarks' cameras see, and what is watched of it. Pure. */
import type { ClipSpec } from '../../edge/src/simulate/clip/clip-spec.ts';

/** 1080p25, 4 Mbit/s, a keyframe every 2 s. */
export const BENCH_CLIP: ClipSpec = {
  ...{ width: 1920, height: 1080 },
  ...{ fps: 25, seconds: 10, gopFrames: 50, bitrateKbit: 4_000 },
};

/** `1920 × 1080 at 25 frames/s and 4 Mbit/s` */
export function describeClip({ width, height, fps, bitrateKbit }: ClipSpec): string {
  return `${String(width)} × ${String(height)} at ${String(fps)} frames/s and ${String(bitrateKbit / 1000)} Mbit/s`;
}
