/**
 * The proxy room: the live picture of each open session, for this machine alone.
 *
 * Owns: the newest frame in memory, the local ports, one HTTP server per session, the decoders that make JPEGs of
 * an RTSP court's growing part. Does not own: the camera's connection, the part, who may look (the portal decides).
 * May import: base, camera, shared.
 */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { AppError } from '@padelvar/shared/errors';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { FrameHub } from './frame-hub.ts';
import type { PacedRun } from './paced-run.ts';
import type { PortPool } from './port-pool.ts';
import { createProxyRoutes } from './proxy-routes.ts';

export interface SessionProxyOptions {
  sessionId: string;
  ports: PortPool;
  hub: FrameHub;
  clock: Clock;
  log: Logger;
  /** What the recorder of a court is owed whose pictures are encoded. */
  run: PacedRun;
  /** What `/health` says beside what the proxy knows itself; nothing secret. */
  health: () => Record<string, unknown>;
}

export interface SessionProxy {
  port: number;
  /** Ends open streams at once and gives the port back. */
  close(): Promise<void>;
}

/** Rejects with AppError `port_range_full`. */
export async function openSessionProxy(options: SessionProxyOptions): Promise<SessionProxy> {
  const { ports, log, sessionId } = options;
  const closing = new AbortController();
  const routes = createProxyRoutes({ ...options, signal: closing.signal });
  const server = createAdaptorServer({ fetch: routes.fetch, overrideGlobalObjects: false }) as Server;
  const port = await listenOnFreePort(server, ports);
  server.on('error', (error) => log.warn({ sessionId, port, error }, 'proxy could not accept a viewer'));
  log.info({ sessionId, port }, 'proxy opened');
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    closing.abort(new AppError('gone', 'The session is closed.'));
    const ended = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await ended;
    ports.give(port);
    log.info({ sessionId, port }, 'proxy closed');
  };
  return { port, close: () => (closed ??= close()) };
}

/** Ports that other programs hold stay taken until the search is over, so that none is tried twice. */
async function listenOnFreePort(server: Server, ports: PortPool): Promise<number> {
  const refused: number[] = [];
  try {
    for (;;) {
      const port = await ports.take();
      if (await canListen(server, port)) return port;
      refused.push(port);
    }
  } finally {
    for (const port of refused) ports.give(port);
  }
}

async function canListen(server: Server, port: number): Promise<boolean> {
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE' || code === 'EACCES') return false;
    throw error;
  }
}
