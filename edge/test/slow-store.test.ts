/** A store that takes a part far slower than a match is recorded, over a real connection; its rate is scaled, and the limits with it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SignPartRequest } from '@padelvar/shared/edge-api';
import { UPLOAD_PART_BYTES } from '@padelvar/shared/limits';
import { afterEach, expect, test } from 'vitest';
import { putBytes } from '../src/link/put-bytes.ts';
import { createFairShare } from '../src/upload/fair-share.ts';
import { createPartSender, SLOW_PART_MS } from '../src/upload/part-sender.ts';
import { createManualClock } from './support/manual-clock.ts';

/** A second of the scaled limits is so many of the real ones. */
const SCALE = 800;
const SILENCE_MS = 120_000 / SCALE;
const SLOWEST_KBIT_PER_SECOND = 64 * SCALE;

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

/** Takes so many bytes a second, and counts what it was asked for. */
async function openStore(bytesPerSecond: number): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    request.on('data', (chunk: Buffer) => {
      request.pause();
      setTimeout(() => request.resume(), (chunk.length / bytesPerSecond) * 1000);
    });
    request.on('end', () => response.end());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  cleanUps.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, asked };
}

function openSender(url: string) {
  const put = putBytes({ silenceMs: SILENCE_MS, slowestKbitPerSecond: SLOWEST_KBIT_PER_SECOND });
  cleanUps.push(() => put.close());
  const told: SignPartRequest['trouble'][] = [];
  const clock = createManualClock();
  const sender = createPartSender({
    ...{ sessionId: 'one', clock, share: createFairShare(clock) },
    portal: {
      signPart(_sessionId, { trouble }) {
        told.push(trouble);
        return Promise.resolve({ url: `${url}/${String(told.length)}`, headers: {}, expiresInSeconds: 900 });
      },
      async putPart(signed, bytes, signal) {
        await put.send(new URL(signed.url), signed.headers, bytes, signal);
      },
    },
  });
  const bytes = UPLOAD_PART_BYTES;
  const send = (): Promise<void> =>
    sender.send('u', { partNumber: 1, bytes, md5: 'x' }, Buffer.alloc(bytes), new AbortController().signal);
  return { clock, told, send };
}

test('a store at the slowest rate that is waited for is named slow, and has its part by one address', async () => {
  const store = await openStore((SLOWEST_KBIT_PER_SECOND * 1000) / 8);
  const { clock, told, send } = openSender(store.url);
  const sending = send();
  await expect.poll(() => store.asked).toHaveLength(1);
  await clock.advance(SLOW_PART_MS);
  expect(told).toEqual([undefined, 'slow']);
  await sending;
  expect(store.asked).toEqual(['/1']);
}, 30_000);

test('a slower one that takes the whole into its buffers at once is given up in the end, as slow and never as unreachable', async () => {
  const store = await openStore(64_000);
  const { clock, told, send } = openSender(store.url);
  for (let count = 0; count < 3; count += 1) {
    const sending = send();
    sending.catch(() => undefined);
    await expect.poll(() => store.asked).toHaveLength(count + 1);
    await clock.advance(SLOW_PART_MS);
    await expect(sending).rejects.toMatchObject({ kind: 'timeout' });
  }
  expect(new Set(told.slice(1))).toEqual(new Set(['slow']));
}, 30_000);
