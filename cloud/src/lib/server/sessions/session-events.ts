/** Tells who waits that a session has changed. In one process; an outside bus would stand here. */
import type { Clock } from '../clock.ts';

export interface SessionEvents {
  emit: (sessionId: string) => void;
  /** The answer ends it. */
  onChange: (listener: (sessionId: string) => void) => () => void;
  /** What `check` found, asked now and after each change of the session; undefined once `timeoutMs` have passed. */
  waitFor<Found>(
    sessionId: string,
    check: () => Promise<Found | undefined>,
    timeoutMs: number,
  ): Promise<Found | undefined>;
}

export function createSessionEvents(clock: Clock): SessionEvents {
  const listeners = new Set<(sessionId: string) => void>();
  const onChange: SessionEvents['onChange'] = (listener) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return {
    emit(sessionId) {
      for (const listener of [...listeners]) listener(sessionId);
    },
    onChange,
    waitFor<Found>(sessionId: string, check: () => Promise<Found | undefined>, timeoutMs: number) {
      const { promise, resolve, reject } = Promise.withResolvers<Found | undefined>();
      const ask = (): void => {
        check().then((found) => {
          if (found !== undefined) resolve(found);
        }, reject);
      };
      const cancel = clock.setTimer(timeoutMs, () => resolve(undefined));
      const stop = onChange((changed) => {
        if (changed === sessionId) ask();
      });
      ask();
      return promise.finally(() => {
        cancel();
        stop();
      });
    },
  };
}
