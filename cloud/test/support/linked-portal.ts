/** A portal that devices can really reach: HTTP and MQTT over WebSocket on one free port of 127.0.0.1. */
import { serve } from '@hono/node-server';
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { openTestPortal, type TestPortal, type TestPortalOptions } from './portal.ts';

export interface LinkedPortal extends TestPortal {
  origin: string;
  port: number;
  /** From now on only plain HTTP passes, as through some proxies. */
  refuseUpgrades(): void;
  /** Ends this portal and starts another on the same data and port. */
  restart(): Promise<LinkedPortal>;
  /** Cuts every connection without a farewell, as a router that is switched off. */
  cutConnections(): void;
}

export async function openLinkedPortal(
  options: TestPortalOptions & { httpPort?: number } = {},
): Promise<LinkedPortal> {
  const { httpPort = 0, ...settings } = options;
  const portal = await openTestPortal(settings);
  const sockets = new Set<Socket>();
  const server = await new Promise<Server>((resolve) => {
    const fetch = (request: Request) => portal.app.fetch(request, { clientAddress: '127.0.0.1' });
    const opened = serve({ fetch, port: httpPort, hostname: '127.0.0.1', overrideGlobalObjects: false }, () =>
      resolve(opened),
    ) as Server;
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  let upgrades = true;
  server.on('upgrade', (request, socket, head) => {
    if (upgrades) portal.app.handleUpgrade(request, socket, head);
    else socket.destroy();
  });
  const { port } = server.address() as AddressInfo;
  const cutConnections = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const stop = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    cutConnections();
    await closed;
  };
  return {
    ...portal,
    origin: `http://127.0.0.1:${port}`,
    port,
    cutConnections,
    refuseUpgrades() {
      upgrades = false;
      cutConnections();
    },
    async restart() {
      await stop();
      await portal.app.close();
      return openLinkedPortal({ ...settings, dataDir: portal.dataDir, httpPort: port });
    },
    async close() {
      await stop();
      await portal.close();
    },
  };
}
