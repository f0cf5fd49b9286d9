/** What the line carries: bytes that went out over the time in which any part was under way. */
import type { Clock } from '../base/clock.ts';

export interface UplinkMeter {
  /** Kilobits per second; undefined until a part has told. */
  readonly kbitPerSecond: number | undefined;
  /** So many bytes more have been handed to the line. */
  progress(bytes: number): void;
  /** Around the sending of a part; one that fails tells nothing. */
  around<Result>(send: () => Promise<Result>): Promise<Result>;
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
  /** What is being measured: since when, how many bytes, and how long had been waited by then. */
  let since = { atMs: 0, bytes: 0, waitedMs: 0 };

  const begin = (): void => {
    since = { atMs: clock.monotonicMs(), bytes: 0, waitedMs: waitedMs() };
  };
  const note = (): void => {
    const passedMs = clock.monotonicMs() - since.atMs;
    if (since.bytes < LEAST_BYTES || passedMs <= 0) return;
    estimate = mix(
      estimate,
      (since.bytes * 8) / passedMs,
      waitedMs() - since.waitedMs > passedMs * HELD_BACK_SHARE,
    );
    begin();
    if (estimate !== undefined) options.onMeasured?.(estimate);
  };

  return {
    get kbitPerSecond() {
      return estimate === undefined ? undefined : Math.round(estimate);
    },
    progress: (bytes) => void (since.bytes += bytes),
    async around(send) {
      if (underWay === 0) begin();
      underWay += 1;
      try {
        const result = await send();
        note();
        return result;
      } catch (error) {
        begin();
        throw error;
      } finally {
        underWay -= 1;
      }
    },
  };
}

function mix(before: number | undefined, measured: number, heldBack: boolean): number | undefined {
  if (heldBack) return before === undefined ? undefined : Math.max(before, measured);
  return before === undefined ? measured : before + (measured - before) * NEWEST_SHARE;
}
