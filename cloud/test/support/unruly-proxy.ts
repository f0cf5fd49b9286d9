/** An HTTP proxy before a real S3 server, that does to requests and answers what no real one can be made to. */
import { createServer, request as requestHttp } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers in the service's place, or changes what it answered. Undefined passes everything on. */
export interface Mischief {
  instead?: (request: IncomingMessage, response: ServerResponse) => boolean;
  body?: (request: IncomingMessage, body: Buffer) => Buffer;
  etag?: (etag: string) => string;
  /** What a HEAD says of the size of an object. */
  headBytes?: (bytes: number) => number;
  /** As a bucket without a CORS rule. */
  withoutCors?: boolean;
}

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
    const { instead, body, etag, headBytes, withoutCors = false } = mischief ?? {};
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
    request.pipe(further);
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

/** A refusal as S3 words it. */
export const refuse =
  (status: number, code: string): NonNullable<Mischief['instead']> =>
  (_request, response) => {
    const text = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>no</Message></Error>`;
    response.writeHead(status, { 'content-type': 'application/xml', connection: 'close' }).end(text);
    return true;
  };
