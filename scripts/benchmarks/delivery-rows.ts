/** The matches of `bench delivery`, one for each row, and which of them run beside one another. */
import { setTimeout as delay } from 'node:timers/promises';
import type { TestS3 } from '../../cloud/test/support/s3.ts';
import type { DeliveryRow } from './delivery-figures.ts';
import { measureMemory } from './delivery-memory.ts';
import type { MemoryFigures } from './delivery-memory.ts';
import { deliverMatch } from './delivery-run.ts';
import type { MatchPlan } from './delivery-run.ts';
import { uploadBySdk } from './sdk-peer.ts';

export const KBIT_PER_SECOND = 4_000;
/**
 * So many times faster a match goes by for its first minutes. Not on a narrow line: there the time that each part takes
 * besides its bytes would count as often, as a backlog that there is none of in real time.
 */
export const SPEEDS = [
  { uplinkRatio: 1.2, speed: 1 },
  { uplinkRatio: 5, speed: 12 },
  { uplinkRatio: 10, speed: 12 },
] as const;
export type Uplink = (typeof SPEEDS)[number];
/** Matches that run beside one another do not stop at once. */
const STAGGER_MS = 7_000;

export interface DeliveryOptions {
  uplinks: readonly Uplink[];
  seconds: number;
  /** The last of them are not sped up. */
  realSeconds: number;
  s3: TestS3;
  onRow: (row: DeliveryRow) => void;
}

type Start = (uplink: Uplink) => Promise<DeliveryRow>;

export interface Delivered {
  rows: DeliveryRow[];
  memory: MemoryFigures;
}

interface Way {
  start: Start;
  /** By uplink, the slow one first. */
  rows: Promise<DeliveryRow>[];
}

/**
 * In the order of the table. What goes in real time is idle most of its minutes: it runs beside all others, which are over
 * long before it stops. The others run two at a time, then those whose memory is compared. One that fails ends all.
 */
export async function deliverAll(
  { uplinks, seconds, realSeconds, s3, onRow }: DeliveryOptions,
  interruption: AbortSignal,
): Promise<Delivered> {
  const failure = new AbortController();
  const signal = AbortSignal.any([interruption, failure.signal]);
  const deliver =
    (store: TestS3 | undefined): Start =>
    async (uplink) => {
      const plan: MatchPlan = { seconds, realSeconds, ...uplink, kbitPerSecond: KBIT_PER_SECOND };
      return deliverMatch(plan, store, signal);
    };
  const send: Start = async ({ uplinkRatio }) => {
    const bytes = (seconds * KBIT_PER_SECOND * 1000) / 8;
    return uploadBySdk({ s3, uplinkRatio, kbitPerSecond: KBIT_PER_SECOND, bytes }, signal);
  };
  const ways = [deliver(undefined), deliver(s3), send].map((start): Way => ({ start, rows: [] }));
  const begin = async ({ start, rows }: Way, uplink: Uplink, lateMs: number): Promise<void> => {
    const row = delay(lateMs, undefined, { signal }).then(() => start(uplink));
    rows.push(row);
    await row.then(onRow, (error: unknown) => failure.abort(error));
  };
  const slow = uplinks.filter(({ speed }) => speed === 1);
  const fast = uplinks.filter(({ speed }) => speed > 1);
  const all = ways.flatMap((way, index) => slow.map((uplink) => begin(way, uplink, index * STAGGER_MS)));
  for (const way of ways)
    await Promise.all(fast.map((uplink, index) => begin(way, uplink, index * STAGGER_MS)));
  const memory = measureMemory({ seconds, realSeconds, kbitPerSecond: KBIT_PER_SECOND }, signal);
  memory.catch((error: unknown) => failure.abort(error));
  // All of them have ended before a failure is told.
  await Promise.allSettled([...all, memory]);
  signal.throwIfAborted();
  return { rows: await Promise.all(ways.flatMap(({ rows }) => rows)), memory: await memory };
}
