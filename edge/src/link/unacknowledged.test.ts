import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { findUnacknowledged, readUnacknowledged } from './unacknowledged.ts';

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 36066 1 0 100 0 0 10 0
   1: 0100007F:C001 0100007F:1F90 01 0027B0AE:00000000 01:00000012 00000000     0        0 36067 2 0 20 4 30 10 -1
   2: 0100007F:C002 0100007F:1F90 01 00010000:00000000 04:00000100 00000000     0        1 36068 2 0 20 4 30 10 -1
   3: 0100007F:C003 0100007F:1F90 01 00010000:00000000 04:00001000 00000000     0        2 36069 2 0 20 4 30 10 -1
   4: 0100007F:C004 0100007F:1F90 01 00000000:00000000 02:00000B6B 00000000     0        0 36070 2 0 20 4 30 10 -1`;

test.each([
  ['on its way', 0xc001, { bytes: 0x27b0ae, isHeldOff: false }],
  ['held off', 0xc002, { bytes: 0x10000, isHeldOff: true }],
  ['held off by one that answers no more', 0xc003, { bytes: 0x10000, isHeldOff: false }],
  ['arrived', 0xc004, { bytes: 0, isHeldOff: false }],
  ['not there', 0xc005, undefined],
])('a connection whose bytes are %s is read so', (_what, localPort, found) => {
  expect(findUnacknowledged(TABLE, localPort, 0x1f90)).toEqual(found);
});

test.each(['127.0.0.1', '::1'])(
  'a peer at %s that reads nothing holds off what it was sent',
  async (host) => {
    const server = createServer({ pauseOnConnect: true }).listen(0, host);
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, host);
    const [peer] = (await once(server, 'connection')) as [ReturnType<typeof connect>];
    try {
      await once(socket, 'connect');
      expect(await readUnacknowledged(socket)).toEqual({ bytes: 0, isHeldOff: false });
      socket.write(Buffer.alloc(20 * 1024 * 1024));
      await expect.poll(() => readUnacknowledged(socket)).toMatchObject({ isHeldOff: true });
      expect((await readUnacknowledged(socket))?.bytes).toBeGreaterThan(16_384);
    } finally {
      socket.destroy();
      peer.destroy();
      server.close();
    }
  },
);
