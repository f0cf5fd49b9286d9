import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findFirstPiece, openFirstPiece } from './first-piece.ts';
import { openPlaylist } from './opened-playlist.ts';

const TEXT = `#EXTM3U
#EXT-X-MAP:URI="init.mp4",BYTERANGE="778@0"
#EXTINF:2,
#EXT-X-BYTERANGE:4000@5000
download?disposition=inline
#EXTINF:2,
#EXT-X-BYTERANGE:3000@9000
download?disposition=inline
`;
const server = createServer(({ url }, response) => {
  if (url === '/files/playlist.m3u8') response.end(TEXT);
  else response.writeHead(206).write('the first bytes');
});
let origin: string;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function nextRequest(path: string): Promise<IncomingMessage> {
  for (;;) {
    const [request] = (await once(server, 'request')) as [IncomingMessage];
    if (request.url?.startsWith(path) === true) return request;
  }
}

it('the first piece is that of the first segment, not of the init segment', () => {
  expect(findFirstPiece(TEXT, 'https://portal.test/files/playlist.m3u8')).toEqual({
    url: 'https://portal.test/files/download?disposition=inline',
    from: 5000,
    to: 9000,
  });
  expect(findFirstPiece('#EXTM3U\n#EXTINF:2,\npiece.ts\n', 'https://portal.test/a.m3u8')).toBeUndefined();
  expect(
    findFirstPiece('#EXT-X-BYTERANGE:4000@5000\n#EXT-X-GAP\npiece.ts\n', 'https://portal.test/a.m3u8'),
  ).toBeUndefined();
});

it('it is asked for with the playlist, and handed on once to whoever asks for its bytes', async () => {
  const asked = nextRequest('/files/download');
  const first = openFirstPiece(openPlaylist(`${origin}/files/playlist.m3u8`));
  expect((await asked).headers.range).toBe('bytes=5000-8999');
  const url = `${origin}/files/download?disposition=inline`;
  expect(first.take(url, 9000, 12_000)).toBeUndefined();
  expect(first.take(`${origin}/files/playlist.m3u8`)).toBeUndefined();
  expect((await first.take(url, 5000, 9000))?.status).toBe(206);
  expect(first.take(url, 5000, 9000)).toBeUndefined();
  first.close();
});

it('what nobody takes is broken off', async () => {
  const asked = nextRequest('/files/download');
  const first = openFirstPiece(openPlaylist(`${origin}/files/playlist.m3u8`));
  const { socket } = await asked;
  const ended = new Promise((resolve) => socket.once('close', resolve));
  first.close();
  await ended;
});

it('a playlist that does not come asks for nothing', async () => {
  const playlist = openPlaylist('http://127.0.0.1:1/playlist.m3u8');
  const first = openFirstPiece(playlist);
  await playlist.arrived;
  expect(first.take('http://127.0.0.1:1/download', 0, 1)).toBeUndefined();
});
