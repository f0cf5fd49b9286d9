/** An HTTP proxy before a real S3 server, that does to requests and answers what no real one can be made to. */
import { once } from 'node:events';
import { createServer, request as requestHttp } from 'node:http';
import type { ClientRequest, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Answers in the service's place, or changes what it answered. Undefined passes everything on. */
export interface Mischief {
  instead?: (request: IncomingMessage, response: ServerResponse) => boolean;
  body?: (request: IncomingMessage, body: Buffer) => Buffer;
  etag?: (etag: string) => string;
  /** What a HEAD says of the size of an object. */
  headBytes?: (bytes: number) => number;
  /** It was done, and its answer never comes. */
  isLost?: (request: IncomingMessage) => boolean;
  /** So slowly it takes what it is sent, a kilobyte at a time; at once from when it behaves otherwise. */
  bytesPerSecond?: number;
  /** As a bucket without a CORS rule. */
  withoutCors?: boolean;
}

const PIECE_BYTES = 1_000;

export interface UnrulyProxy {
  readonly endpoint: string;
  /** From the next request on. */
  behave(mischief: Mischief | undefined): void;
  close(): Promise<void>;
}

export async function openUnrulyProxy(toEndpoint: string): Promise<UnrulyProxy> {
  const to = new URL(toEndpoint);
  let mischief: Mischief | undefined;
  const server: Server = createServer((request, response) => {
    const { instead, body, etag, headBytes, isLost, withoutCors = false } = mischief ?? {};
    if (instead?.(request, response) === true) {
      request.resume();
      return;
    }
    const { method, url: path, headers } = request;
    // With the host that was asked for: it is part of every signature.
    const further = requestHttp({ host: to.hostname, port: to.port, method, path, headers, agent: false });
    let isAnswered = false;
    further.on('error', () => isAnswered || response.destroy());
    further.on('response', (answer) => {
      isAnswered = true;
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', () => undefined);
      // Swift writes the end of a body after HEAD, which has none: its connection breaks there.
      answer.on(method === 'HEAD' ? 'close' : 'end', () => {
        if (isLost?.(request) === true) {
          response.destroy();
          return;
        }
        const whole = Buffer.concat(chunks);
        const said = { ...answer.headers };
        if (etag !== undefined && said.etag !== undefined) said.etag = etag(said.etag);
        const size = said['content-length'];
        if (headBytes !== undefined && method === 'HEAD' && size !== undefined)
          said['content-length'] = String(headBytes(Number(size)));
        for (const name of Object.keys(said)) {
          if (withoutCors && name.startsWith('access-control-')) Reflect.deleteProperty(said, name);
        }
        response.writeHead(answer.statusCode ?? 500, said);
        const sent = body?.(request, whole) ?? whole;
        if (sent.length < whole.length) response.write(sent, () => response.destroy());
        else response.end(sent);
      });
    });
    if (mischief?.bytesPerSecond === undefined) request.pipe(further);
    else void trickle(request, further, () => mischief?.bytesPerSecond).catch(() => further.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    behave: (next) => void (mischief = next),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function trickle(
  from: IncomingMessage,
  to: ClientRequest,
  bytesPerSecond: () => number | undefined,
): Promise<void> {
  for await (const chunk of from) {
    for (let rest = chunk as Buffer; rest.length > 0;) {
      const rate = bytesPerSecond();
      const piece = rest.subarray(0, rate === undefined ? rest.length : PIECE_BYTES);
      rest = rest.subarray(piece.length);
      if (rate !== undefined) await sleep((piece.length / rate) * 1000);
      if (!to.write(piece)) await once(to, 'drain');
    }
  }
  to.end();
}

/** A refusal as S3 words it. */
export const refuse =
  (status: number, code: string): NonNullable<Mischief['instead']> =>
  (_request, response) => {
    const text = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>no</Message></Error>`;
    response.writeHead(status, { 'content-type': 'application/xml', connection: 'close' }).end(text);
    return true;
  };
