/** What a session is of, and what it is given to work with. */
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { PortPool } from '../proxy/port-pool.ts';

export interface SessionSpec {
  sessionId: string;
  clubId: string;
  courtId: string;
  /** With credentials; never leaves the device. */
  address: string;
}

export interface SessionRooms {
  dataDir: string;
  ffmpegPath: string;
  memoryFolder: string;
  ports: PortPool;
  clock: Clock;
  logger: Logger;
}
