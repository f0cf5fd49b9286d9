/** The line as uploads share it: what it carries, what of it they may take, and who goes first. */
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { createTokenBucket } from './token-bucket.ts';
import { createUplinkMeter } from './uplink-meter.ts';
import { planUplink } from './uplink-plan.ts';
import type { UplinkPlan } from './uplink-plan.ts';

/** What sends the bytes of a part asks before each piece of them. */
export interface UplinkGate {
  /** Resolves when so many bytes may go. */
  pace(bytes: number, signal: AbortSignal): Promise<void>;
  /** Measures the line while `send` brings so many bytes there. */
  around<Result>(bytes: number, send: () => Promise<Result>): Promise<Result>;
}

export interface Uplink extends UplinkGate {
  /** What the line was last seen to carry, kbit/s. */
  readonly measuredKbitPerSecond: number | undefined;
  /** As it holds now. */
  plan(): UplinkPlan;
  /** Live pictures that went out: uploads make room for them. */
  noteLive(bytes: number): void;
}

export interface UplinkOptions {
  clock: Clock;
  log: Logger;
  ceilingKbitPerSecond: () => number | undefined;
  runningKbitPerSecond: () => number;
  /** What an earlier daemon measured. */
  measuredBefore?: number | undefined;
  onMeasured?: (kbitPerSecond: number) => void;
}

/** Somebody watches while the last live picture is younger than this. */
const WATCHED_MS = 3_000;
/** The plan is made anew this often. */
const PLAN_MS = 1_000;

export function createUplink(options: UplinkOptions): Uplink {
  const { clock, log } = options;
  let liveAtMs = -Infinity;
  let planned: { plan: UplinkPlan; atMs: number } | undefined;

  const plan = (): UplinkPlan => {
    const nowMs = clock.monotonicMs();
    if (planned !== undefined && nowMs - planned.atMs < PLAN_MS) return planned.plan;
    const facts = {
      ceilingKbitPerSecond: options.ceilingKbitPerSecond(),
      runningKbitPerSecond: options.runningKbitPerSecond(),
      measuredKbitPerSecond: meter.kbitPerSecond,
      isWatched: nowMs - liveAtMs < WATCHED_MS,
    };
    const next = planUplink(facts);
    if (next.isLifted !== (planned?.plan.isLifted ?? false))
      log.warn({ ...facts, ...next }, next.isLifted ? 'the uplink’s ceiling is lifted' : 'the ceiling holds');
    planned = { plan: next, atMs: nowMs };
    return next;
  };
  const bucket = createTokenBucket(clock, () => plan().limitKbitPerSecond);
  const { measuredBefore: initial, onMeasured } = options;
  const meter = createUplinkMeter({
    ...{ clock, initial, waitedMs: () => bucket.waitedMs },
    ...(onMeasured === undefined ? {} : { onMeasured }),
  });

  return {
    get measuredKbitPerSecond() {
      return meter.kbitPerSecond;
    },
    plan,
    pace: (bytes, signal) => bucket.take(bytes, signal),
    around: (bytes, send) => meter.around(bytes, send),
    noteLive(bytes) {
      liveAtMs = clock.monotonicMs();
      bucket.debit(bytes);
    },
  };
}
