/** What devices say is said once, so it waits for a database that is away. */
import { AppError } from '@padelvar/shared/errors';
import type { Clock } from '../clock.ts';

const AGAIN_MS = 1_000;
/** After this long something else is wrong, and devices have said it anew. */
const PATIENCE_MS = 5 * 60_000;

/** Does the work again for as long as the database is unavailable, five minutes at most. */
export async function persist<Result>(clock: Clock, work: () => Promise<Result>): Promise<Result> {
  const untilMs = clock.monotonicMs() + PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const isAway = error instanceof AppError && error.kind === 'database_unavailable';
      if (!isAway || clock.monotonicMs() >= untilMs) throw error;
      await new Promise<void>((resolve) => void clock.setTimer(AGAIN_MS, resolve));
    }
  }
}
