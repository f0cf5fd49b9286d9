/** What the far end of a connection has not acknowledged yet, as Linux tells (proc_net_tcp.txt in the kernel's documentation). */
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';

export interface Unacknowledged {
  /** Handed to the system and not acknowledged, of the bytes on the wire. */
  bytes: number;
  /** The far end's system answers and takes nothing more for now: its own buffer is full. */
  isHeldOff: boolean;
}

/** Both kinds of addresses; under this process, since a hardened service sees no more of /proc. */
const TABLES = ['/proc/self/net/tcp', '/proc/self/net/tcp6'];
/** `tm->when` of a connection that asks again and again whether the other side has room. */
const WINDOW_PROBE = '04';
/** One probe may be under way; of a second one the first was not answered. */
const MOST_UNANSWERED = 1;

/** Undefined where nobody can tell. */
export async function readUnacknowledged(
  socket: Pick<Socket, 'localPort' | 'remotePort'>,
): Promise<Unacknowledged | undefined> {
  const { localPort, remotePort } = socket;
  if (localPort === undefined || remotePort === undefined) return undefined;
  for (const table of TABLES) {
    const found = findUnacknowledged(await readFile(table, 'latin1').catch(() => ''), localPort, remotePort);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Of a table's text. Its numbers are hexadecimal, the unanswered probes decimal. */
export function findUnacknowledged(
  table: string,
  localPort: number,
  remotePort: number,
): Unacknowledged | undefined {
  const [local, remote] = [localPort, remotePort].map(formatPort);
  for (const line of table.split('\n')) {
    const [, from, to, , queues = '', timer = '', , , unanswered] = line.trim().split(/\s+/);
    if (from?.endsWith(`:${String(local)}`) !== true || to?.endsWith(`:${String(remote)}`) !== true) continue;
    const isHeldOff = timer.startsWith(`${WINDOW_PROBE}:`) && Number(unanswered) <= MOST_UNANSWERED;
    return { bytes: Number.parseInt(queues, 16), isHeldOff };
  }
  return undefined;
}

function formatPort(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}
