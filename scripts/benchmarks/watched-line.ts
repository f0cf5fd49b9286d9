/**
 * A line of a given downlink for a browser: a SOCKS5 proxy (RFC 1928) through which everything goes that it asks for, from
 * whatever origin. A browser's own throttle lets pass what comes from another origin by a redirect.
 */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock as clock } from '../../edge/src/base/clock.ts';

export interface WatchedLine {
  /** For the browser's setting. */
  readonly proxy: string;
  /** Bytes that have arrived at the browser. */
  readonly arrivedBytes: number;
  /** Without it all goes as fast as it can. */
  setKbitPerSecond(kbit: number): void;
  close(): Promise<void>;
}

const PIECE_BYTES = 8 * 1024;
/** What may come at once after a pause, milliseconds of the line: about TCP's first window at 10 Mbit/s. */
const BURST_MS = 12;

export async function openWatchedLine(): Promise<WatchedLine> {
  let limit = Infinity;
  let arrivedBytes = 0;
  let freeAtMs = 0;
  const sockets = new Set<Socket>();
  const keep = (one: Socket, both: () => readonly Socket[]): void => {
    sockets.add(one);
    one.on('close', () => sockets.delete(one));
    one.on('error', () => both().forEach((end) => end.destroy()));
  };

  /** A piece is there when its last bit is; pieces of all connections share the line. */
  const arrive = async (bytes: number): Promise<void> => {
    const nowMs = clock.monotonicMs();
    freeAtMs = Math.max(freeAtMs, nowMs - BURST_MS) + (bytes * 8) / limit;
    if (freeAtMs > nowMs) await delay(freeAtMs - nowMs);
  };
  const carry = async (far: Socket, browser: Socket): Promise<void> => {
    for await (const chunk of far as AsyncIterable<Buffer>) {
      for (let offset = 0; offset < chunk.length; offset += PIECE_BYTES) {
        const piece = chunk.subarray(offset, offset + PIECE_BYTES);
        await arrive(piece.length);
        arrivedBytes += piece.length;
        if (!browser.write(piece)) await once(browser, 'drain');
      }
    }
    browser.end();
  };
  const server = createServer({ noDelay: true }, (browser) => {
    let far: Socket | undefined;
    const both = (): readonly Socket[] => [browser, ...(far === undefined ? [] : [far])];
    keep(browser, both);
    const serve = async (): Promise<void> => {
      far = connect({ ...(await readTarget(browser)), noDelay: true });
      keep(far, both);
      await once(far, 'connect');
      browser.write(CONNECTED);
      browser.pipe(far);
      await carry(far, browser);
    };
    serve().catch(() => both().forEach((end) => end.destroy()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    proxy: `socks5://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    get arrivedBytes() {
      return arrivedBytes;
    },
    setKbitPerSecond: (kbit) => void (limit = kbit),
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

const NO_LOGIN = Buffer.from([5, 0]);
const CONNECTED = Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]);

/** The greeting, then the request: browsers wait for each answer. Addresses of four bytes and names are taken. */
async function readTarget(browser: Socket): Promise<{ host: string; port: number }> {
  await readMessage(browser);
  browser.write(NO_LOGIN);
  const request = await readMessage(browser);
  const [, command, , kind, length = 0] = request;
  if (command !== 1 || (kind !== 1 && kind !== 3))
    throw new Error(`expected a connection to an address or a name, found ${request.toString('hex')}`);
  const host = kind === 1 ? request.subarray(4, 8).join('.') : request.toString('latin1', 5, 5 + length);
  return { host, port: request.readUInt16BE(request.length - 2) };
}

async function readMessage(browser: Socket): Promise<Buffer> {
  const arrived = once(browser, 'data') as Promise<[Buffer]>;
  browser.resume();
  const [message] = await arrived;
  browser.pause();
  return message;
}
