/** The ports that local proxies may use, each lent to one session at a time. */
import { AppError } from '@padelvar/shared/errors';

export interface PortPool {
  /** Rejects with AppError `port_range_full`. Whether another program holds the port shows when it is listened on. */
  take(): Promise<number>;
  /** Lent already, to an FFmpeg that an earlier daemon left. */
  hold(port: number): void;
  give(port: number): void;
}

export function createPortPool({ firstPort, lastPort }: { firstPort: number; lastPort: number }): PortPool {
  const taken = new Set<number>();
  let next = firstPort;
  return {
    /** Round and round: a viewer left over from one session does not meet the next one at its old port. */
    take() {
      for (let tried = firstPort; tried <= lastPort; tried += 1) {
        const port = next;
        next = port === lastPort ? firstPort : port + 1;
        if (taken.has(port)) continue;
        taken.add(port);
        return Promise.resolve(port);
      }
      const message = `Expected a free port from ${firstPort} to ${lastPort}, found all of them in use.`;
      return Promise.reject(new AppError('port_range_full', message));
    },
    hold(port) {
      taken.add(port);
    },
    give(port) {
      taken.delete(port);
    },
  };
}
