import { expect, test } from 'vitest';
import { createPortPool } from './port-pool.ts';

test('no port is lent twice, and a full range says so', async () => {
  const ports = createPortPool({ firstPort: 8080, lastPort: 8082 });
  const taken = await Promise.all([ports.take(), ports.take(), ports.take()]);
  expect(new Set(taken)).toEqual(new Set([8080, 8081, 8082]));
  await expect(ports.take()).rejects.toMatchObject({ kind: 'port_range_full', status: 503 });
  ports.give(8081);
  expect(await ports.take()).toBe(8081);
});

test('a port given back is the last to be lent again', async () => {
  const ports = createPortPool({ firstPort: 8080, lastPort: 8082 });
  ports.give(await ports.take());
  expect([await ports.take(), await ports.take(), await ports.take()]).toEqual([8081, 8082, 8080]);
});

test('a port that is held is lent to nobody until it is given back', async () => {
  const ports = createPortPool({ firstPort: 8080, lastPort: 8082 });
  ports.hold(8081);
  expect([await ports.take(), await ports.take()]).toEqual([8080, 8082]);
  ports.give(8081);
  expect(await ports.take()).toBe(8081);
});
