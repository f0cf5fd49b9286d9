/** A line of a given uplink: TCP proxies whose bytes towards the other ends go through one token bucket. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { systemClock } from '../../edge/src/base/clock.ts';
import { createTokenBucket } from '../../edge/src/upload/token-bucket.ts';

export interface ShapedLine {
  readonly port: number;
  /** A port that leads to another one of this machine, over the same line. */
  leadTo(targetPort: number): Promise<number>;
  /** Bytes that came out at the other ends. */
  readonly sentBytes: number;
  setKbitPerSecond(kbit: number): void;
  close(): Promise<void>;
}

const PIECE_BYTES = 16 * 1024;

/**
 * `queueBytes`: what a modem holds before the line, first in, first out, whosever it is. Without it the connections have the
 * line in turn.
 */
export async function openShapedLine(
  targetPort: number,
  kbitPerSecond: number,
  queueBytes = 0,
): Promise<ShapedLine> {
  let limit = kbitPerSecond;
  let sentBytes = 0;
  const bucket = createTokenBucket(systemClock, () => limit);
  const ending = new AbortController();
  const sockets = new Set<Socket>();
  let queuedBytes = 0;
  const waiting: (() => void)[] = [];
  const leave = (bytes: number): void => {
    queuedBytes -= bytes;
    waiting.shift()?.();
  };

  const carry = async (from: Socket, to: Socket): Promise<void> => {
    let last: Promise<void> = Promise.resolve();
    for await (const chunk of from as AsyncIterable<Buffer>) {
      for (let offset = 0; offset < chunk.length; offset += PIECE_BYTES) {
        const piece = chunk.subarray(offset, offset + PIECE_BYTES);
        while (queueBytes > 0 && queuedBytes > queueBytes)
          await new Promise<void>((enter) => waiting.push(enter));
        queuedBytes += piece.length;
        last = bucket.take(piece.length, ending.signal).then(() => {
          sentBytes += piece.length;
          leave(piece.length);
          to.write(piece);
        });
        last.catch(() => undefined);
        if (queueBytes === 0) await last;
        if (to.writableNeedDrain) await once(to, 'drain', { signal: ending.signal });
      }
    }
    await last;
    to.end();
  };
  const servers: Server[] = [];
  const leadTo = async (target: number): Promise<number> => {
    const server = createServer({ allowHalfOpen: true, highWaterMark: PIECE_BYTES }, (socket) => {
      const far = connect({ port: target, host: '127.0.0.1' });
      for (const one of [socket, far]) {
        sockets.add(one);
        one.on('close', () => sockets.delete(one));
        one.on('error', () => [socket, far].forEach((end) => end.destroy()));
      }
      far.pipe(socket);
      carry(socket, far).catch(() => [socket, far].forEach((end) => end.destroy()));
    });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  return {
    port: await leadTo(targetPort),
    leadTo,
    get sentBytes() {
      return sentBytes;
    },
    setKbitPerSecond: (kbit) => void (limit = kbit),
    async close() {
      ending.abort(new Error('the line is closed'));
      for (const socket of sockets) socket.destroy();
      await Promise.all(
        servers.map(async (server) => {
          server.close();
          await once(server, 'close');
        }),
      );
    },
  };
}
