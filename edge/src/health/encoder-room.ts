/**
 * How many courts with MJPEG or still-image cameras, which have to be encoded, this machine carries. Pure.
 *
 * What runs counts with the processor time it is seen to take for a second of pictures, and one more with as much per pixel
 * as the dearest of them. Until one has been seen long enough, a court counts with 1.5 cores for 1080p, in proportion to its pixels: what
 * decoding JPEGs and x264 veryfast at 25 frames per second take for a camera's noisy pictures (a simulated court's even
 * ones took 0.32 cores on the same machine). All together may take nine tenths of the cores: the rest copies the others.
 */
import { AppError } from '@padelvar/shared/errors';

const CORES_PER_1080P = 1.5;
const MEGAPIXELS_1080P = (1920 * 1080) / 1e6;
const SHARE = 0.9;
/** Of pictures; until then FFmpeg's start weighs too much. */
const MEASURED_AFTER_SECONDS = 5;

export interface RunningEncoder {
  megapixels: number;
  /** Processor time that its FFmpeg has used, and how much of pictures it has been given for that. */
  cpuSeconds: number | undefined;
  pictureSeconds: number;
}

export interface EncoderCapacity {
  cores: number;
  /** Courts, where somebody has set it; then nothing is measured. */
  limit: number | undefined;
}

/** Cores that a running court takes; undefined until it has been measured. */
function findCores({ cpuSeconds, pictureSeconds }: RunningEncoder): number | undefined {
  return cpuSeconds !== undefined && pictureSeconds >= MEASURED_AFTER_SECONDS
    ? cpuSeconds / pictureSeconds
    : undefined;
}

/** Cores that a court takes per megapixel, by those that have been measured. */
function planCoresPerMegapixel(running: readonly RunningEncoder[]): number {
  const measured = running.flatMap((one) => {
    const cores = findCores(one);
    return cores === undefined ? [] : [cores / one.megapixels];
  });
  return measured.length === 0 ? CORES_PER_1080P / MEGAPIXELS_1080P : Math.max(...measured);
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
  const perMegapixel = planCoresPerMegapixel(running);
  const taken = running.reduce((sum, one) => sum + (findCores(one) ?? perMegapixel * one.megapixels), 0);
  const needed = perMegapixel * megapixels;
  if (taken + needed <= cores * SHARE) return;
  const figures = [taken, needed, cores * SHARE].map((value) => value.toFixed(2));
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
