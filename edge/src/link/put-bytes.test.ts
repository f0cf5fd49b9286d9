import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { putBytes } from './put-bytes.ts';

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

async function serve(listener: RequestListener): Promise<URL> {
  const server = createServer(listener);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  cleanUps.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return new URL(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/part`);
}

/** Nothing slower than 4 MiB in 80 ms is waited for, unless it is said. */
function open(silenceMs: number, slowestKbitPerSecond = 500_000): ReturnType<typeof putBytes> {
  const put = putBytes({ silenceMs, slowestKbitPerSecond });
  cleanUps.push(() => put.close());
  return put;
}

const bytes = Buffer.alloc(5 * 1024 * 1024);
const signal = new AbortController().signal;

test('parts go over one kept-alive connection, with exactly these headers and no login', async () => {
  const seen = new Set<unknown>();
  let headers: Record<string, unknown> = {};
  const url = await serve((request, response) => {
    seen.add(request.socket);
    headers = request.headers;
    request.resume().on('end', () => response.end('ok'));
  });
  const put = open(5_000);
  for (let count = 0; count < 3; count += 1) {
    expect(await put.send(url, { 'content-md5': 'x' }, bytes, signal)).toMatchObject({ status: 200 });
  }
  expect(seen.size).toBe(1);
  expect(headers).toEqual({
    'content-md5': 'x',
    'content-length': String(bytes.length),
    host: url.host,
    connection: 'keep-alive',
  });
});

test('a server that falls silent is given up', async () => {
  const url = await serve(() => undefined);
  await expect(open(200).send(url, {}, bytes, signal)).rejects.toMatchObject({ kind: 'timeout' });
});

test('a line that is slow but moves is not given up', async () => {
  const url = await serve((request, response) => {
    request.on('data', () => {
      request.pause();
      setTimeout(() => request.resume(), 4);
    });
    request.on('end', () => response.end());
  });
  // More than the system's buffers take at once.
  const many = Buffer.alloc(20 * 1024 * 1024);
  const startedAt = performance.now();
  expect(await open(1_000).send(url, {}, many, signal)).toMatchObject({ status: 200 });
  expect(performance.now() - startedAt).toBeGreaterThan(1_000);
});

test('a store that takes its time is waited for: what the systems between hold for it is no silence', async () => {
  const [bytesPerSecond, silenceMs] = [2_000_000, 250];
  let requests = 0;
  const url = await serve((request, response) => {
    requests += 1;
    request.on('data', (chunk: Buffer) => {
      request.pause();
      setTimeout(() => request.resume(), (chunk.length / bytesPerSecond) * 1000);
    });
    request.on('end', () => response.end());
  });
  const startedAt = performance.now();
  const sent = open(silenceMs, (bytesPerSecond * 8) / 1000 / 2).send(url, {}, bytes, signal);
  expect(await sent).toMatchObject({ status: 200 });
  expect(performance.now() - startedAt).toBeGreaterThan(5 * silenceMs);
  expect(requests).toBe(1);
});

test('a refusal is answered by its status', async () => {
  const url = await serve((request, response) => {
    request.resume().on('end', () => response.writeHead(403).end('{}'));
  });
  expect(await open(5_000).send(url, {}, bytes, signal)).toMatchObject({ status: 403 });
});

test('a refusal before the whole was heard is answered at once', async () => {
  const url = await serve((_request, response) => response.writeHead(507).end('{}'));
  const many = Buffer.alloc(64 * 1024 * 1024);
  expect([507, 'timeout']).toContain(
    await open(5_000)
      .send(url, {}, many, signal)
      .then(({ status }) => status)
      .catch((error: unknown) => (error as { kind: string }).kind),
  );
});

test('each piece waits until it may go, and a wish to stop ends the waiting', async () => {
  const url = await serve((request, response) => request.resume().on('end', () => response.end()));
  let taken = 0;
  const put = putBytes({
    pace(pieceBytes) {
      taken += pieceBytes;
      return Promise.resolve();
    },
  });
  cleanUps.push(() => put.close());
  expect(await put.send(url, {}, bytes, signal)).toMatchObject({ status: 200 });
  expect(taken).toBe(bytes.length);

  const stopping = new AbortController();
  const held = putBytes({
    pace: (_pieceBytes, paceSignal) =>
      new Promise((_resolve, reject) => {
        paceSignal.addEventListener('abort', () => reject(paceSignal.reason as Error));
        stopping.abort();
      }),
  });
  cleanUps.push(() => held.close());
  await expect(held.send(url, {}, bytes, stopping.signal)).rejects.toMatchObject({ name: 'AbortError' });
});

test('a broken line is a timeout, a wish to stop is that wish', async () => {
  const url = await serve((request) => request.socket.destroy());
  await expect(open(5_000).send(url, {}, bytes, signal)).rejects.toMatchObject({ kind: 'timeout' });
  const stopping = new AbortController();
  const silent = await serve(() => stopping.abort());
  await expect(open(5_000).send(silent, {}, bytes, stopping.signal)).rejects.toMatchObject({
    name: 'AbortError',
  });
});
