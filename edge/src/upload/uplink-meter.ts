/**
 * What the line carries, as parts that arrived tell: the mean rate of each, times how many shared the line meanwhile.
 * Bytes that were only handed to the system tell nothing: it takes megabytes at once, however slow the line.
 */
import type { Clock } from '../base/clock.ts';

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
/** How much of the newest measurement counts. */
const NEWEST_SHARE = 0.5;
/** Held back for more than this share of the time, a measurement is only a lower bound. */
const HELD_BACK_SHARE = 0.1;

export function createUplinkMeter(options: UplinkMeterOptions): UplinkMeter {
  const { clock, waitedMs = () => 0 } = options;
  let estimate = options.initial;
  let underWay = 0;
  /** Milliseconds, each counted as often as parts were under way. */
  let sharedMs = 0;
  let notedAtMs = 0;

  const note = (): void => {
    const nowMs = clock.monotonicMs();
    sharedMs += (nowMs - notedAtMs) * underWay;
    notedAtMs = nowMs;
  };
  const measure = (bytes: number, since: { atMs: number; sharedMs: number; waitedMs: number }): void => {
    const passedMs = clock.monotonicMs() - since.atMs;
    if (bytes < LEAST_BYTES || passedMs <= 0) return;
    const sharing = (sharedMs - since.sharedMs) / passedMs;
    const heldBack = waitedMs() - since.waitedMs > passedMs * HELD_BACK_SHARE;
    estimate = mix(estimate, ((bytes * 8) / passedMs) * sharing, heldBack);
    if (estimate !== undefined) options.onMeasured?.(estimate);
  };

  return {
    get kbitPerSecond() {
      return estimate === undefined ? undefined : Math.round(estimate);
    },
    async around(bytes, send) {
      note();
      underWay += 1;
      const since = { atMs: clock.monotonicMs(), sharedMs, waitedMs: waitedMs() };
      try {
        const result = await send();
        note();
        measure(bytes, since);
        return result;
      } finally {
        note();
        underWay -= 1;
      }
    },
  };
}

function mix(before: number | undefined, measured: number, heldBack: boolean): number | undefined {
  if (heldBack) return before === undefined ? undefined : Math.max(before, measured);
  return before === undefined ? measured : before + (measured - before) * NEWEST_SHARE;
}
