/** Whether the uploader's memory depends on the length of the match: a short one and a long one beside it. */
import { deliverMatch } from './delivery-run.ts';
import { round } from './figures.ts';

export interface MemoryFigures {
  store: 'folder';
  uplinkRatio: number;
  /** So many times faster than in real time both went by until shortly before their stops. */
  speed: number;
  seconds: { short: number; long: number };
  /** At most, of the whole process. */
  edgeRssMiB: { short: number; long: number };
  longToShort: number;
}

export interface MemoryOptions {
  /** Of the short match. */
  seconds: number;
  realSeconds: number;
  kbitPerSecond: number;
}

const LONG_TO_SHORT = 8;
/** Bytes go as fast as the machine takes them: memory is wanted, not time. */
const [UPLINK_RATIO, SPEED] = [10, 60];

export async function measureMemory(
  { seconds, realSeconds, kbitPerSecond }: MemoryOptions,
  signal: AbortSignal,
): Promise<MemoryFigures> {
  const measure = async (length: number): Promise<number> => {
    const plan = { kbitPerSecond, realSeconds, uplinkRatio: UPLINK_RATIO, speed: SPEED };
    return (await deliverMatch({ ...plan, seconds: length }, undefined, signal)).edgeRssMiB;
  };
  const lengths = { short: seconds, long: seconds * LONG_TO_SHORT };
  const [short, long] = await Promise.all([measure(lengths.short), measure(lengths.long)]);
  return {
    ...{ store: 'folder', uplinkRatio: UPLINK_RATIO, speed: SPEED, seconds: lengths },
    ...{ edgeRssMiB: { short, long }, longToShort: round(long / short, 2) },
  };
}

export function formatMemory({ seconds, edgeRssMiB, longToShort }: MemoryFigures): string {
  return `Memory of the uploader: ${String(edgeRssMiB.short)} MiB in a match of ${String(seconds.short)} s, ${String(edgeRssMiB.long)} MiB in one of ${String(seconds.long)} s (${String(longToShort)} times as much).`;
}
