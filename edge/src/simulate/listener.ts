/** A listening socket that can be closed and opened again on the same port, with its connections. */
import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import { AppError } from '@padelvar/shared/errors';

export interface Listener {
  /** The port in use; with 0 asked for, the one that was given and is kept from then on. */
  readonly port: number;
  connections(): number;
  open(): Promise<void>;
  /** Closes the port; open connections stay. */
  shut(): Promise<void>;
  /** Resets every open connection. */
  drop(): void;
}

export function createListener(server: Server, host: string, askedPort: number): Listener {
  const sockets = new Set<Socket>();
  let port = askedPort;
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  return {
    get port() {
      return port;
    },
    connections: () => sockets.size,
    async open() {
      if (server.listening) return;
      server.listen({ host, port });
      await once(server, 'listening').catch((error: unknown) => {
        throw explainListenError(error, host, port);
      });
      port = (server.address() as AddressInfo).port;
    },
    async shut() {
      // Not awaiting 'close': that would wait for the open connections.
      if (server.listening) await new Promise<void>((resolve) => (server.close(), setImmediate(resolve)));
    },
    drop() {
      for (const socket of sockets) socket.resetAndDestroy();
    },
  };
}

function explainListenError(error: unknown, host: string, port: number): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'EADDRINUSE' && code !== 'EACCES') return error;
  const reason = code === 'EADDRINUSE' ? 'is taken' : 'may not be opened by this user';
  return new AppError('conflict', `port ${String(port)} on ${host} ${reason}`, { cause: error });
}
