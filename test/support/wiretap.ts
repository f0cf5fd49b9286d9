/** Stands between the edge and the portal and keeps every byte of what they say, HTTP bodies and MQTT messages. */
import { once } from 'node:events';
import { createServer, request as forward } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import type { RawData } from 'ws';

export interface Wiretap {
  readonly origin: string;
  /** Everything heard so far, as one text of single bytes. */
  heard(): string;
  messages(): number;
  close(): Promise<void>;
}

export async function openWiretap(portalOrigin: string): Promise<Wiretap> {
  const heard: Buffer[] = [];
  let messages = 0;
  const listen = (data: Buffer): void => void heard.push(data);
  const server = createServer((request, response) => pass(portalOrigin, request, response, listen));
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    handleProtocols: () => 'mqtt',
  });
  server.on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (near) => {
      const far = new WebSocket(`${portalOrigin.replace('http', 'ws')}${request.url ?? ''}`, 'mqtt', {
        perMessageDeflate: false,
      });
      join(near, far, (data) => {
        messages += 1;
        listen(data);
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    heard: () => Buffer.concat(heard).toString('latin1'),
    messages: () => messages,
    async close() {
      for (const client of sockets.clients) client.terminate();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function pass(
  portalOrigin: string,
  request: IncomingMessage,
  response: ServerResponse,
  listen: (data: Buffer) => void,
): void {
  listen(Buffer.from(`${request.method ?? ''} ${request.url ?? ''} ${JSON.stringify(request.headers)}\n`));
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => name !== 'host'));
  const onward = forward(
    `${portalOrigin}${request.url ?? ''}`,
    { method: request.method ?? 'GET', headers },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on('data', listen).pipe(response);
    },
  );
  onward.on('error', () => response.destroy());
  request.on('data', listen).pipe(onward);
}

function join(near: WebSocket, far: WebSocket, listen: (data: Buffer) => void): void {
  const waiting: RawData[] = [];
  near.on('message', (data) => {
    listen(data as Buffer);
    if (far.readyState === WebSocket.OPEN) far.send(data);
    else waiting.push(data);
  });
  far.on('open', () => waiting.splice(0).forEach((data) => far.send(data)));
  far.on('message', (data) => {
    listen(data as Buffer);
    near.send(data);
  });
  for (const [one, other] of [
    [near, far],
    [far, near],
  ] as const) {
    one.on('close', () => other.close());
    one.on('error', () => other.terminate());
  }
}
