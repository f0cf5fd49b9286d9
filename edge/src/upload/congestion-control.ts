/**
 * How the system's TCP shares a line (tcp(7)). One that waits for losses fills the queue in the modem, whoever else stands in
 * it; a process can't choose for its own connections, so the unit file does for the machine.
 */
import { readFile } from 'node:fs/promises';
import type { Logger } from '../base/log.ts';

const PATH = '/proc/sys/net/ipv4/tcp_congestion_control';
const KEEPS_QUEUES_SHORT = 'bbr';

/** Says so where answers and live pictures will wait behind parts. */
export async function tellOfQueues(log: Logger, path = PATH): Promise<void> {
  const found = (await readFile(path, 'utf8').catch(() => '')).trim();
  if (found !== KEEPS_QUEUES_SHORT)
    log.warn({ expected: KEEPS_QUEUES_SHORT, found }, 'uploads may fill the queue in the modem');
}
