/** A real HTTP server on a free port of 127.0.0.1 for a fetch handler. */
import { serve } from '@hono/node-server';
import type { AddressInfo } from 'node:net';

export interface TestServer {
  origin: string;
  close(): Promise<void>;
}

export function serveFetch(
  fetch: (request: Request) => Promise<Response> | Response,
  port = 0,
): Promise<TestServer> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch, port, hostname: '127.0.0.1', overrideGlobalObjects: false }, () => {
      resolve({
        origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        close: () =>
          new Promise((ended) => {
            server.close(() => ended());
            if ('closeAllConnections' in server) server.closeAllConnections();
          }),
      });
    });
    server.on('error', reject);
  });
}
