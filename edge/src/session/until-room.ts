/** Repeats a step that finds the disk full, for as long as this daemon lives. */
import { createBackoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { isDiskFull } from './end-reason.ts';
import type { Machine } from './machine.ts';

const BACKOFF = { baseMs: 1_000, maxMs: 30_000 };

export interface UntilRoomOptions {
  what: string;
  machine: Pick<Machine, 'releaseReserve'>;
  clock: Clock;
  logger: Logger;
  /** Ends the wait; the step's own error is thrown then. */
  signal: AbortSignal;
}

/** Gives the reserve up first. Other errors than a full disk are the caller's. */
export async function untilRoom<T>(step: () => Promise<T>, options: UntilRoomOptions): Promise<T> {
  const { what, machine, clock, logger, signal } = options;
  const backoff = createBackoff(BACKOFF);
  for (let failures = 1; ; failures += 1) {
    try {
      return await step();
    } catch (error) {
      if (!isDiskFull(error) || signal.aborted) throw error;
      if (Number.isInteger(Math.log2(failures)))
        logger.warn({ err: error, failures }, `${what}: the disk is full`);
      await machine.releaseReserve();
      await clock.sleep(backoff.nextMs(), signal).catch(() => undefined);
    }
  }
}
