import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPlaylist } from './opened-playlist.ts';

let asked = 0;
const server = createServer(({ url }, response) => {
  asked += 1;
  response.writeHead(url === '/playlist.m3u8' ? 200 : 409).end('#EXTM3U\n');
});
const addressOf = (path: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => void server.close());

it('a playlist is asked for at once and handed on once', async () => {
  const opened = openPlaylist(addressOf('/playlist.m3u8'));
  await once(server, 'request');
  expect(await opened.take()).toBe('#EXTM3U\n');
  expect(await opened.take()).toBeUndefined();
  expect(asked).toBe(1);
});

it.each([
  ['that is refused', () => addressOf('/not-ready')],
  ['that nobody answers', () => 'http://127.0.0.1:1/playlist.m3u8'],
])('a playlist %s is none', async (_what, address) => {
  expect(await openPlaylist(address()).take()).toBeUndefined();
});
