/**
 * A match as it changes, for one page at a time: what `read` says, again after each change of the session and now and
 * then, never faster than its reader takes it, until it says that nothing more will come or may not be read any more.
 */
import type { Clock } from '../clock.ts';
import type { Sessions } from './sessions.ts';

/** What tells a page that the line stands, and carries what changes without a report: the device out of touch. */
const BEAT_MS = 5_000;
/** A log-out or a role that was taken away ends the events within this. */
const RECHECK_MS = 5_000;

export interface LiveSource<Value> {
  sessionId: string;
  /** Throws where the viewer may not see the session any more. */
  check: () => Promise<unknown>;
  read: () => Promise<Value>;
  /** Nothing will change after this. */
  isLast: (value: Value) => boolean;
}

export interface LiveStatus {
  /** Ends when `signal` fires, after the last value, and with `close`. A `check` that fails is the last thing thrown. */
  follow<Value>(source: LiveSource<Value>, signal: AbortSignal): AsyncGenerator<Value>;
  /** Ends everything that is being followed, now and later. */
  close(): void;
}

export interface LiveStatusOptions {
  clock: Clock;
  sessions: Pick<Sessions, 'onChange'>;
}

export function createLiveStatus({ clock, sessions }: LiveStatusOptions): LiveStatus {
  const closing = new AbortController();

  /** Resolves at a change of the session since `arm` was called, after a beat, or when one of the signals fires. */
  const createBell = (sessionId: string, signal: AbortSignal) => {
    let hasRung = false;
    let wake = (): void => undefined;
    const ring = (): void => {
      hasRung = true;
      wake();
    };
    const stop = sessions.onChange((changed) => {
      if (changed === sessionId) ring();
    });
    signal.addEventListener('abort', ring, { once: true });
    return {
      async wait(): Promise<void> {
        const { promise, resolve } = Promise.withResolvers<undefined>();
        wake = () => resolve(undefined);
        const cancel = clock.setTimer(BEAT_MS, wake);
        if (hasRung) wake();
        await promise;
        cancel();
        hasRung = false;
      },
      close() {
        stop();
        signal.removeEventListener('abort', ring);
      },
    };
  };

  return {
    async *follow({ sessionId, check, read, isLast }, signal) {
      const ended = AbortSignal.any([signal, closing.signal]);
      const bell = createBell(sessionId, ended);
      let checkedAtMs = clock.monotonicMs();
      try {
        while (!ended.aborted) {
          if (clock.monotonicMs() - checkedAtMs >= RECHECK_MS) {
            checkedAtMs = clock.monotonicMs();
            await check();
          }
          const value = await read();
          yield value;
          if (isLast(value)) return;
          await bell.wait();
        }
      } finally {
        bell.close();
      }
    },
    close: () => closing.abort(),
  };
}
