/** The port of a court's low-delay output: the one of the FFmpeg that runs, else a free one of the pool. */
import { isDatagramPortFree } from '../base/loopback-datagrams.ts';
import type { PortPool } from './port-pool.ts';

/** `running`: where an FFmpeg that an earlier daemon left sends to. Rejects with AppError `port_range_full`. */
export async function lendLowDelayPort(ports: PortPool, running?: number): Promise<number> {
  if (running !== undefined) {
    ports.hold(running);
    return running;
  }
  const refused: number[] = [];
  try {
    for (;;) {
      const port = await ports.take();
      if (await isDatagramPortFree(port)) return port;
      refused.push(port);
    }
  } finally {
    for (const port of refused) ports.give(port);
  }
}
