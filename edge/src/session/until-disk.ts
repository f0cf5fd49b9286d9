/** Repeats a step that finds the disk full, or the folder for videos away, for as long as this daemon lives. */
import { AppError } from '@padelvar/shared/errors';
import { createBackoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { isDiskFull } from './end-reason.ts';
import type { Machine } from './machine.ts';

const BACKOFF = { baseMs: 1_000, maxMs: 30_000 };

export interface UntilDiskOptions {
  what: string;
  machine: Pick<Machine, 'releaseReserve' | 'isMediaHere'>;
  clock: Clock;
  logger: Logger;
  /** Ends the wait; the step's own error is thrown then. */
  signal: AbortSignal;
}

/** Where the disk is full it gives the reserve up first. Other errors are the caller's. */
export async function untilDisk<T>(step: () => Promise<T>, options: UntilDiskOptions): Promise<T> {
  const { what, machine, clock, logger, signal } = options;
  const backoff = createBackoff(BACKOFF);
  for (let failures = 1; ; failures += 1) {
    try {
      return await step();
    } catch (error) {
      const trouble = await findDiskTrouble(error, machine);
      if (trouble === undefined || signal.aborted) throw error;
      if (Number.isInteger(Math.log2(failures))) logger.warn({ err: error, failures }, `${what}: ${trouble}`);
      await machine.releaseReserve();
      await clock.sleep(backoff.nextMs(), signal).catch(() => undefined);
    }
  }
}

/** What of the disk made a step fail, in words; undefined for other errors. A file that can't be found tells nothing by itself. */
export async function findDiskTrouble(
  error: unknown,
  machine: Pick<Machine, 'isMediaHere'>,
): Promise<string | undefined> {
  if (isDiskFull(error)) return 'the disk is full';
  if (error instanceof AppError || (await machine.isMediaHere())) return undefined;
  return 'the folder for videos is away';
}
