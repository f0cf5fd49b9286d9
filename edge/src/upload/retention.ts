/** Removes copies that the device needs no longer, as the plan says; looks once a minute. */
import { repeat } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { planRetention } from './retention-plan.ts';
import type { LocalCopy } from './retention-plan.ts';

export interface RetentionOptions {
  clock: Clock;
  log: Logger;
  copies: () => readonly LocalCopy[];
  keepMs: () => number;
  freeBytes: () => Promise<number>;
  wantedFreeBytes: () => Promise<number>;
  /** Removes the movie and its folder. */
  remove: (sessionId: string) => Promise<void>;
  onRemoved: (sessionId: string) => void;
}

export interface Retention {
  /** Looks now. */
  look(): Promise<void>;
  close(): Promise<void>;
}

const LOOK_MS = 60_000;

export function createRetention(options: RetentionOptions): Retention {
  const { clock, log } = options;
  const look = async (): Promise<void> => {
    const [freeBytes, wantedFreeBytes] = [await options.freeBytes(), await options.wantedFreeBytes()];
    const facts = { nowMs: clock.nowMs(), keepMs: options.keepMs(), freeBytes, wantedFreeBytes };
    for (const sessionId of planRetention({ copies: options.copies(), ...facts })) {
      // What was true when it was planned must be true when it goes.
      const copy = options.copies().find((one) => one.sessionId === sessionId);
      if (copy?.confirmedAtMs === undefined) continue;
      try {
        await options.remove(sessionId);
        log.info({ sessionId, bytes: copy.bytes, freeBytes }, 'a copy that the portal has was removed');
        options.onRemoved(sessionId);
      } catch (error) {
        log.warn({ err: error, sessionId }, 'a copy that the portal has could not be removed yet');
      }
    }
  };
  const lookSafely = (): Promise<void> =>
    look().catch((error: unknown) => log.warn({ err: error }, 'copies could not be looked at'));
  const stop = repeat(clock, LOOK_MS, lookSafely);
  return { look: lookSafely, close: stop };
}
