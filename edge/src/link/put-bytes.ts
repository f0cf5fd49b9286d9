/**
 * PUT of bytes over kept-alive connections, for lines of any slowness: what ends it is silence, not its length.
 * (`fetch` gives up on an answer that has not begun after five minutes, however well the body is moving.)
 */
import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { AppError } from '@padelvar/shared/errors';

export interface PutBytes {
  /** The answer's status. AppError `timeout` where the line is broken or silent for two minutes. */
  send(url: URL, headers: Record<string, string>, bytes: Uint8Array, signal: AbortSignal): Promise<number>;
  close(): void;
}

/** Bytes that the system has taken over and a slow line has not yet carried count as silence, so it is long. */
const SILENCE_MS = 120_000;

export function putBytes(silenceMs = SILENCE_MS): PutBytes {
  const http = new HttpAgent({ keepAlive: true });
  const https = new HttpsAgent({ keepAlive: true });
  const open = (url: URL, headers: Record<string, string | number>, signal: AbortSignal): ClientRequest => {
    const options = { method: 'PUT', headers, signal, timeout: silenceMs };
    return url.protocol === 'https:'
      ? requestHttps(url, { ...options, agent: https })
      : requestHttp(url, { ...options, agent: http });
  };
  return {
    send: (url, headers, bytes, signal) =>
      new Promise((resolve, reject) => {
        const request = open(url, { ...headers, 'content-length': bytes.length }, signal);
        const fail = (cause: Error): void =>
          reject(
            signal.aborted
              ? cause
              : new AppError('timeout', `the store ${url.origin} could not be reached`, { cause }),
          );
        request.on('error', fail);
        request.on('timeout', () => request.destroy(new Error(`silent for ${String(silenceMs)} ms`)));
        request.on('response', (response) => drain(response, resolve, fail));
        request.end(bytes);
      }),
    close() {
      http.destroy();
      https.destroy();
    },
  };
}

/** The answer is read to its end, so that its connection serves the next part. */
function drain(
  response: IncomingMessage,
  resolve: (status: number) => void,
  fail: (cause: Error) => void,
): void {
  response.on('error', fail);
  response.on('end', () => resolve(response.statusCode ?? 0));
  response.resume();
}
