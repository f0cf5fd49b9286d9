/**
 * PUT of bytes over kept-alive connections, for lines of any slowness: what ends it is silence, not its length.
 * (`fetch` gives up on an answer that has not begun after five minutes, however well the body is moving.)
 */
import { once } from 'node:events';
import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { AppError } from '@padelvar/shared/errors';

export interface PutAnswer {
  status: number;
  /** The beginning of its body. */
  text: string;
}

export interface PutBytes {
  /** AppError `timeout` where the line is broken or silent for two minutes. */
  send(url: URL, headers: Record<string, string>, bytes: Uint8Array, signal: AbortSignal): Promise<PutAnswer>;
  close(): void;
}

export interface PutBytesOptions {
  silenceMs?: number;
  /** Resolves when so many bytes more may go. */
  pace?: (bytes: number, signal: AbortSignal) => Promise<void>;
}

/** Bytes that the system has taken over and a slow line has not yet carried count as silence, so it is long. */
const SILENCE_MS = 120_000;
/** At 1 Mbit/s a piece takes an eighth of a second. */
const PIECE_BYTES = 16 * 1024;
/** No store says more of why it refuses. */
const MAX_ANSWER_LENGTH = 4096;

export function putBytes({ silenceMs = SILENCE_MS, pace }: PutBytesOptions = {}): PutBytes {
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
        const ending = new AbortController();
        const request = open(url, { ...headers, 'content-length': bytes.length }, signal);
        const fail = (cause: Error): void => {
          ending.abort(cause);
          reject(
            signal.aborted
              ? cause
              : new AppError('timeout', `the store ${url.origin} could not be reached`, { cause }),
          );
        };
        request.on('error', fail);
        request.on('timeout', () => request.destroy(new Error(`silent for ${String(silenceMs)} ms`)));
        request.on('response', (response) => {
          // A store that says no before it has heard all hears no more.
          ending.abort(new Error('the store has answered'));
          drain(response, resolve, fail);
          response.on('end', () => request.writableEnded || request.destroy());
        });
        write(request, bytes, pace, AbortSignal.any([signal, ending.signal])).catch((error: unknown) => {
          if (!ending.signal.aborted) request.destroy(error as Error);
        });
      }),
    close() {
      http.destroy();
      https.destroy();
    },
  };
}

/** Piece by piece: no more of it lies in the system's buffers than the line is about to take. */
async function write(
  request: ClientRequest,
  bytes: Uint8Array,
  pace: PutBytesOptions['pace'],
  signal: AbortSignal,
): Promise<void> {
  for (let offset = 0; offset < bytes.length; offset += PIECE_BYTES) {
    const piece = bytes.subarray(offset, offset + PIECE_BYTES);
    await pace?.(piece.length, signal);
    if (!request.write(piece)) await once(request, 'drain', { signal });
  }
  request.end();
}

/** The answer is read to its end, so that its connection serves the next part. */
function drain(
  response: IncomingMessage,
  resolve: (answer: PutAnswer) => void,
  fail: (cause: Error) => void,
): void {
  let text = '';
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => (text = `${text}${chunk}`.slice(0, MAX_ANSWER_LENGTH)));
  response.on('error', fail);
  response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
}
