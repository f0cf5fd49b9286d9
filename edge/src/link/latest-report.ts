/** The newest report on its way: one at a time, and while it is under way only the newest of the next is kept. */
import type { Reported } from '@padelvar/shared/link';

export type SendReport = (reported: Reported) => Promise<void>;

export interface LatestReport {
  set(reported: Reported): void;
  /** From now on reports go this way, beginning with the newest; undefined while there is none. */
  use(send: SendReport | undefined): void;
  /** The newest report where it has not arrived yet. */
  unsent(): Reported | undefined;
  /** This report has arrived another way. */
  markSent(reported: Reported): void;
}

export function createLatestReport(): LatestReport {
  let latest: Reported | undefined;
  let arrived: Reported | undefined;
  let way: SendReport | undefined;
  let sending: SendReport | undefined;

  const pump = async (send: SendReport): Promise<void> => {
    sending = send;
    try {
      while (way === send && latest !== undefined && latest !== arrived) {
        const reported = latest;
        await send(reported);
        arrived = reported;
      }
    } catch {
      // A connection that ended takes its message with it; the next one begins with the newest.
    } finally {
      if (sending === send) sending = undefined;
    }
  };
  const run = (): void => {
    if (way !== undefined && sending !== way) void pump(way);
  };
  return {
    set(reported) {
      latest = reported;
      run();
    },
    use(send) {
      way = send;
      // What is retained at the other end may be lost: each connection says it anew.
      if (send !== undefined) arrived = undefined;
      run();
    },
    unsent: () => (latest === arrived ? undefined : latest),
    markSent(reported) {
      arrived = reported;
    },
  };
}
