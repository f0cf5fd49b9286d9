/**
 * What the line carries, as the parts tell that arrived of late: their bytes over the time that each had of the line.
 * Bytes that were only handed to the system tell nothing: it takes megabytes at once, however slow the line.
 */
import type { Clock } from '../base/clock.ts';
import { createFairShare } from './fair-share.ts';

export interface UplinkMeter {
  /** Kilobits per second; undefined until a part has told. */
  readonly kbitPerSecond: number | undefined;
  /** Around the sending of so many bytes; a sending that fails tells nothing. */
  around<Result>(bytes: number, send: () => Promise<Result>): Promise<Result>;
}

export interface UplinkMeterOptions {
  clock: Clock;
  /** What an earlier daemon measured. */
  initial?: number | undefined;
  /** Milliseconds for which a limit of ours has held bytes back, in all. */
  waitedMs?: () => number;
  onMeasured?: (kbitPerSecond: number) => void;
}

/** Fewer bytes are about round trips, not about the line. */
const LEAST_BYTES = 1024 * 1024;
/** A line changes; a single part says too little of one that wavers. The newest counts in any case. */
const WINDOW_MS = 20_000;
/** Held back for more than this share of the time, a measurement is only a lower bound. */
const HELD_BACK_SHARE = 0.1;

interface Sample {
  bytes: number;
  /** Of the line to itself. */
  ms: number;
  endedAtMs: number;
  isHeldBack: boolean;
}

export function createUplinkMeter(options: UplinkMeterOptions): UplinkMeter {
  const { clock, waitedMs = () => 0 } = options;
  const share = createFairShare(clock);
  let estimate = options.initial;
  let samples: Sample[] = [];
  const underWay = new Set<symbol>();
  /** Ended, and still beside one of `awaited` by then: no line is quite fair, one that was favoured says too much alone. */
  let ended: Sample[] = [];
  let awaited = new Set<symbol>();

  const measure = (fresh: readonly Sample[]): void => {
    const endedAtMs = fresh.at(-1)?.endedAtMs ?? 0;
    if (fresh.some(({ isHeldBack }) => isHeldBack)) {
      estimate = estimate === undefined ? undefined : Math.max(estimate, rateOf(fresh));
    } else {
      samples = [...samples.filter((sample) => endedAtMs - sample.endedAtMs < WINDOW_MS), ...fresh];
      estimate = rateOf(samples);
    }
    if (estimate !== undefined) options.onMeasured?.(estimate);
  };

  const leave = (part: symbol, sample: Sample | undefined): void => {
    underWay.delete(part);
    awaited.delete(part);
    if (sample !== undefined && sample.bytes >= LEAST_BYTES && sample.ms > 0) {
      if (ended.length === 0) awaited = new Set(underWay);
      ended.push(sample);
    }
    if (awaited.size > 0 || ended.length === 0) return;
    const together = ended;
    ended = [];
    measure(together);
  };

  return {
    get kbitPerSecond() {
      return estimate === undefined ? undefined : Math.round(estimate);
    },
    async around(bytes, send) {
      const part = Symbol('part');
      const since = { atMs: clock.monotonicMs(), shareMs: share.ms, waitedMs: waitedMs() };
      let sample: Sample | undefined;
      underWay.add(part);
      share.begin();
      try {
        const result = await send();
        const endedAtMs = clock.monotonicMs();
        const heldBackMs = waitedMs() - since.waitedMs;
        const isHeldBack = heldBackMs > (endedAtMs - since.atMs) * HELD_BACK_SHARE;
        sample = { bytes, ms: share.ms - since.shareMs, endedAtMs, isHeldBack };
        return result;
      } finally {
        share.end();
        leave(part, sample);
      }
    },
  };
}

/** Kilobits per second. */
function rateOf(samples: readonly Sample[]): number {
  const [bytes, ms] = samples.reduce(([bytes, ms], one) => [bytes + one.bytes, ms + one.ms], [0, 0]);
  return (bytes * 8) / ms;
}
