/**
 * How many courts with MJPEG or still-image cameras, which have to be encoded, this machine carries. Pure.
 *
 * What runs counts with the processor time it was seen to take; what has not been seen long enough, with 1.5 cores for
 * 1080p at 25 frames per second (measured: a court of JPEG decoding, x264 veryfast and 25 fps took 1.45 cores) in
 * proportion to its pixels. All together may take nine tenths of the cores: the rest copies the other courts.
 */
import { AppError } from '@padelvar/shared/errors';
import type { ProcessLoad } from './process-cpu.ts';

const CORES_PER_1080P = 1.5;
const MEGAPIXELS_1080P = (1920 * 1080) / 1e6;
const SHARE = 0.9;
/** Until then FFmpeg's start weighs too much. */
const MEASURED_AFTER_SECONDS = 5;

export interface RunningEncoder {
  megapixels: number;
  load: ProcessLoad | undefined;
}

export interface EncoderCapacity {
  cores: number;
  /** Courts, where somebody has set it; then nothing is measured. */
  limit: number | undefined;
}

/** Cores that a court takes, or is expected to take. */
export function planCores({ megapixels, load }: RunningEncoder): number {
  if (load !== undefined && load.lifeSeconds >= MEASURED_AFTER_SECONDS) return load.cores;
  return (CORES_PER_1080P * megapixels) / MEGAPIXELS_1080P;
}

/** Throws AppError `encoder_full`. One court is carried by any machine. */
export function requireEncoder(
  { cores, limit }: EncoderCapacity,
  running: readonly RunningEncoder[],
  megapixels: number,
): void {
  if (limit !== undefined) {
    if (running.length >= limit) throw refusal(running.length, `set to carry ${String(limit)}`);
    return;
  }
  if (running.length === 0) return;
  const taken = running.reduce((sum, one) => sum + planCores(one), 0);
  const needed = planCores({ megapixels, load: undefined });
  if (taken + needed <= cores * SHARE) return;
  const figures = [taken, needed, cores * SHARE].map((value) => value.toFixed(1));
  throw refusal(
    running.length,
    `${figures[0] ?? ''} cores taken, ${figures[1] ?? ''} needed, ${figures[2] ?? ''} there`,
  );
}

function refusal(running: number, why: string): AppError {
  return new AppError(
    'encoder_full',
    `Expected room to encode one more court, found ${String(running)} running (${why}).`,
    { details: { encodingCourts: running } },
  );
}
