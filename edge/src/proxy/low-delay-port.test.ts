import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { READER_HOST, SENDER_HOST } from '../base/loopback-datagrams.ts';
import { lendLowDelayPort } from './low-delay-port.ts';
import { createPortPool } from './port-pool.ts';

test.each([
  ['reads at', READER_HOST],
  ['sends from', SENDER_HOST],
])('a port that another program %s is left out', async (_what, host) => {
  const other = createSocket('udp4');
  other.bind(0, host);
  await once(other, 'listening');
  const { port } = other.address();
  try {
    const ports = createPortPool({ firstPort: port, lastPort: port });
    await expect(lendLowDelayPort(ports)).rejects.toMatchObject({ kind: 'port_range_full' });
    expect(await ports.take()).toBe(port);
  } finally {
    other.close();
  }
});

test('where an FFmpeg sends already, it goes on sending', async () => {
  const ports = createPortPool({ firstPort: 8080, lastPort: 8080 });
  expect(await lendLowDelayPort(ports, 8080)).toBe(8080);
  await expect(ports.take()).rejects.toMatchObject({ kind: 'port_range_full' });
});
