/**
 * PUT of bytes over kept-alive connections, for lines of any slowness: what ends it is silence, not its length.
 * (`fetch` gives up on an answer that has not begun after five minutes, however well the body is moving.)
 */
import { once } from 'node:events';
import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { AppError } from '@padelvar/shared/errors';
import { systemClock } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import { watchSilence } from './silence-watch.ts';
import type { SilenceLimits } from './silence-watch.ts';

export interface PutAnswer {
  status: number;
  /** The beginning of its body. */
  text: string;
}

export interface PutBytes {
  /** AppError `timeout` where the line is broken, or nobody takes anything any more. */
  send(url: URL, headers: Record<string, string>, bytes: Uint8Array, signal: AbortSignal): Promise<PutAnswer>;
  close(): void;
}

export interface PutBytesOptions extends Partial<SilenceLimits> {
  clock?: Clock;
  /** Resolves when so many bytes more may go. */
  pace?: (bytes: number, signal: AbortSignal) => Promise<void>;
}

const SILENCE_MS = 120_000;
/** A part of 5 MiB takes 11 minutes; its address lives for 15. */
const SLOWEST_KBIT_PER_SECOND = 64;
/** When a connection on which nothing moves is asked whether it is still one; ten questions, a second apart, end it. */
const KEEP_ALIVE_MS = 30_000;
/** At 1 Mbit/s a piece takes an eighth of a second. */
const PIECE_BYTES = 16 * 1024;
/** No store says more of why it refuses. */
const MAX_ANSWER_LENGTH = 4096;

export function putBytes(options: PutBytesOptions = {}): PutBytes {
  const { clock = systemClock, pace } = options;
  const { silenceMs = SILENCE_MS, slowestKbitPerSecond = SLOWEST_KBIT_PER_SECOND } = options;
  const http = new HttpAgent({ keepAlive: true, keepAliveMsecs: KEEP_ALIVE_MS });
  const https = new HttpsAgent({ keepAlive: true, keepAliveMsecs: KEEP_ALIVE_MS });
  const open = (url: URL, headers: Record<string, string | number>, signal: AbortSignal): ClientRequest => {
    const request = { method: 'PUT', headers, signal };
    return url.protocol === 'https:'
      ? requestHttps(url, { ...request, agent: https })
      : requestHttp(url, { ...request, agent: http });
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
        const stopWatching = watchSilence({
          ...{ clock, bytes: bytes.length, silenceMs, slowestKbitPerSecond },
          socket: () => request.socket,
          onSilent: (error) => request.destroy(error),
        });
        request.on('close', () => void stopWatching());
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
