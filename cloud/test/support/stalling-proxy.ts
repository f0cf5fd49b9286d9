/** A TCP proxy that forgets connections without ending them, as a router does that was restarted. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface StallingProxy {
  origin: string;
  /** The connections of now pass nothing more; those to come do, unless it stays deaf. */
  stall(): void;
  /** Whether connections to come are taken and pass nothing, for as long as they stand. */
  setDeaf(isDeaf: boolean): void;
  close(): Promise<void>;
}

export async function openStallingProxy(toPort: number): Promise<StallingProxy> {
  const pairs = new Set<[Socket, Socket]>();
  const stalls = new Set<() => void>();
  let deaf = false;
  const server = createServer((near) => {
    const far = connect(toPort, '127.0.0.1');
    const pair: [Socket, Socket] = [near, far];
    pairs.add(pair);
    let dead = deaf;
    stalls.add(() => (dead = true));
    for (const [from, to] of [pair, [far, near] as const]) {
      from.on('data', (chunk) => {
        if (!dead) to.write(chunk);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        if (!dead) to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stall() {
      for (const kill of stalls) kill();
    },
    setDeaf(isDeaf) {
      deaf = isDeaf;
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const pair of pairs) for (const socket of pair) socket.destroy();
      await closed;
    },
  };
}
