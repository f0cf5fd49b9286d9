/** The wait for a camera's first picture: a keyframe, or where those are far apart, whatever it has sent meanwhile. */
import { AppError } from '@padelvar/shared/errors';
import type { Clock } from '../base/clock.ts';

export interface Arrival {
  /** A picture that needs no other. */
  seen(): void;
  /** Something, which shows that the camera sends. */
  heard(): void;
  /** A try to connect to the camera was in vain. */
  failed(): void;
  /** Rejects with AppError `camera_timeout` after `timeoutMs`, or with the signal's reason. */
  wait(timeoutMs: number, signal: AbortSignal): Promise<void>;
  /** The same, but false as soon as a try to connect was in vain. */
  isThere(timeoutMs: number, signal: AbortSignal): Promise<boolean>;
}

export function createArrival(clock: Clock): Arrival {
  const arrived = Promise.withResolvers<undefined>();
  const inVain = Promise.withResolvers<false>();
  let isSending = false;
  const arrival: Arrival = {
    heard: () => void (isSending = true),
    seen: () => arrived.resolve(undefined),
    failed: () => inVain.resolve(false),
    isThere(timeoutMs, signal) {
      const seen = arrival.wait(timeoutMs, signal).then(() => true);
      seen.catch(() => undefined);
      return Promise.race([seen, inVain.promise]);
    },
    async wait(timeoutMs, signal) {
      signal.throwIfAborted();
      const { promise: late, resolve, reject } = Promise.withResolvers<undefined>();
      const cancel = clock.setTimer(timeoutMs, () =>
        isSending ? resolve(undefined) : reject(createTimeout(timeoutMs)),
      );
      const onAbort = (): void => reject(signal.reason as Error);
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        await Promise.race([arrived.promise, late]);
      } finally {
        cancel();
        signal.removeEventListener('abort', onAbort);
      }
    },
  };
  return arrival;
}

function createTimeout(timeoutMs: number): AppError {
  const seconds = String(timeoutMs / 1000);
  return new AppError('camera_timeout', `Expected a picture within ${seconds} s, found none.`);
}
