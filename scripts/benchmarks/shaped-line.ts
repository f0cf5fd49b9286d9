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

export async function openShapedLine(targetPort: number, kbitPerSecond: number): Promise<ShapedLine> {
  let limit = kbitPerSecond;
  let sentBytes = 0;
  const bucket = createTokenBucket(systemClock, () => limit);
  const ending = new AbortController();
  const sockets = new Set<Socket>();

  const carry = async (from: Socket, to: Socket): Promise<void> => {
    for await (const chunk of from as AsyncIterable<Buffer>) {
      for (let offset = 0; offset < chunk.length; offset += PIECE_BYTES) {
        const piece = chunk.subarray(offset, offset + PIECE_BYTES);
        await bucket.take(piece.length, ending.signal);
        sentBytes += piece.length;
        if (!to.write(piece)) await once(to, 'drain', { signal: ending.signal });
      }
    }
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
