/** A TCP proxy as the line of a club: it breaks in the middle of what it carries, and carries again when it is mended. */
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

export interface CutProxy {
  readonly origin: string;
  /** Connections that were tried while it was broken. */
  readonly refused: number;
  /** Breaks once it has carried so many bytes from here, in the middle of a packet; resolves then. */
  breakAfter(bytes: number): Promise<void>;
  break(): void;
  mend(): void;
  close(): Promise<void>;
}

export async function openCutProxy(toOrigin: string): Promise<CutProxy> {
  const toPort = Number(new URL(toOrigin).port);
  const sockets = new Set<Socket>();
  let [isBroken, refused] = [false, 0];
  let leftBytes = Infinity;
  let onBroken: (() => void) | undefined;
  const cut = (): void => {
    isBroken = true;
    leftBytes = Infinity;
    for (const socket of sockets) socket.destroy();
    onBroken?.();
  };
  const join = (from: Socket, to: Socket): void => {
    sockets.add(from);
    from.on('error', () => undefined);
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  };
  const server = createServer((near) => {
    if (isBroken) {
      refused += 1;
      near.on('error', () => undefined);
      near.destroy();
      return;
    }
    const far = connect(toPort, '127.0.0.1');
    join(near, far);
    join(far, near);
    far.pipe(near);
    near.on('data', (chunk) => {
      leftBytes -= chunk.length;
      if (leftBytes <= 0) cut();
      else if (!far.write(chunk)) {
        near.pause();
        far.once('drain', () => near.resume());
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    get refused() {
      return refused;
    },
    breakAfter: (bytes) =>
      new Promise((resolve) => {
        leftBytes = bytes;
        onBroken = resolve;
      }),
    break: cut,
    mend: () => void (isBroken = false),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
