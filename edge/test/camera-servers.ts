/** Tiny cameras for tests: an RTSP door that only describes, and HTTP cameras that answer as told. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';

export interface TestServer {
  port: number;
  /** Connections accepted so far. */
  connections(): number;
  close(): Promise<void>;
}

export async function listen(server: Server, port = 0): Promise<TestServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Answers each request of an RTSP client with what `answer` makes of it. */
export function serveRtsp(answer: (request: string) => string): Promise<TestServer> {
  const server = createTcpServer((socket) => {
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        socket.write(answer(text.slice(0, end)));
        text = text.slice(end + 4);
      }
    });
  });
  return listen(server);
}

export function formatRtspReply(status: string, { headers = '', body = '' } = {}): string {
  return `RTSP/1.0 ${status}\r\nCSeq: 1\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

export function serveHttp(listener: RequestListener): Promise<TestServer> {
  return listen(createHttpServer(listener));
}

/** Whether a request's Digest answer is right for a user and a password; computed apart from the code under test. */
export function isDigestRight(header: string, method: string, user: string, password: string): boolean {
  const field = (name: string): string => new RegExp(`${name}="?([^",]*)`).exec(header)?.[1] ?? '';
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
  const [a1, a2] = [md5(`${user}:${field('realm')}:${password}`), md5(`${method}:${field('uri')}`)];
  const middle = header.includes('qop=')
    ? `${field('nonce')}:${field('nc')}:${field('cnonce')}:auth`
    : field('nonce');
  return field(' username') === user && field('response') === md5(`${a1}:${middle}:${a2}`);
}

export function isBasicRight(request: IncomingMessage, user: string, password: string): boolean {
  const expected = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return request.headers.authorization === expected;
}

/** The smallest thing that the parsers take for a JPEG, with a body of its own. */
export function fakeJpeg(content: string | Buffer): Buffer {
  return Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.from(content), Buffer.from([0xff, 0xd9])]);
}

export function formatPart(jpeg: Buffer, { boundary = '--frame', length = true } = {}): Buffer {
  const header = `${boundary}\r\nContent-Type: image/jpeg\r\n${length ? `Content-Length: ${jpeg.length}\r\n` : ''}\r\n`;
  return Buffer.concat([Buffer.from(header), jpeg, Buffer.from('\r\n')]);
}
