import { createHash, randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { FragmentIndex } from '@padelvar/shared/side-files';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createManualClock } from './support/manual-clock.ts';
import { openTestPortal, ORIGIN } from './support/portal.ts';
import type { TestPortal } from './support/portal.ts';
import { seedClub, seedCourt, seedDevice, seedSession, seedUser, WITH_MOVIE } from './support/seed.ts';
import type { SeededUser } from './support/seed.ts';

const SESSION = 'sess_north_n1_1767225600';
const MOVIE = randomBytes(20_000);
const INIT = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypiso5'), randomBytes(12)]);
const INDEX: FragmentIndex = {
  v: 1,
  totalBytes: MOVIE.length,
  runs: [
    {
      startMs: 0,
      init: { offset: 0, bytes: INIT.length },
      fragments: [
        [100, 9000, 2000, 1],
        [9100, 10_900, 1500, 1],
      ],
    },
  ],
};
const JPEG = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), randomBytes(500)]);
const LAYOUT = { v: 1, columns: 1, tiles: 1, tileWidth: 160, tileHeight: 90, intervalMs: 10_000 };

const clock = createManualClock(Date.now());
let portal: TestPortal;
let owner: SeededUser;
let stranger: SeededUser;
let deviceId: string;
let deviceToken: string;
let foreignToken: string;

beforeAll(async () => {
  portal = await openTestPortal({ clock });
  const { services } = portal.app;
  await seedClub(services.db, 'north');
  await seedClub(services.db, 'south');
  deviceId = await seedDevice(services.db, 'north');
  const foreignId = await seedDevice(services.db, 'south');
  await seedCourt(services.db, 'north', 'n1', { device_id: deviceId });
  owner = await seedUser(services, { role: 'PLAYER', clubIds: ['north'], name: 'owner' });
  stranger = await seedUser(services, { role: 'PLAYER', clubIds: ['south'], name: 'stranger' });
  deviceToken = (await services.deviceTokens.issue(deviceId)).token;
  foreignToken = (await services.deviceTokens.issue(foreignId)).token;
  await seedSession(
    services.db,
    { clubId: 'north', courtId: 'n1', deviceId, ownerId: owner.userId },
    { ...WITH_MOVIE, id: SESSION, start_requested_at: 1, movie_state: 'uploading' },
  );
});
afterAll(() => portal.close());

const put = (name: string, body: string | Uint8Array, token = deviceToken): Promise<Response> =>
  portal.app.fetch(
    new Request(`${ORIGIN}/api/edge/uploads/${SESSION}/files/${name}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    }),
  );
const get = (name: string, headers = {}, user = owner): Promise<Response> =>
  portal.call('GET', `/api/video/files/${SESSION}/${name}`, { token: user.token, headers });
const edge = (path: string, json: unknown): Promise<Response> =>
  portal.call('POST', `/api/edge/uploads/${SESSION}${path}`, { token: deviceToken, json });
const storedObjects = async (): Promise<string[]> =>
  (await Array.fromAsync(portal.app.services.store.list())).map(({ key }) => key);

async function upload(): Promise<void> {
  const { uploadId } = (await (await edge('', { layout: 'header-first' })).json()) as { uploadId: string };
  const md5 = createHash('md5').update(MOVIE).digest('base64');
  const part = { partNumber: 1, bytes: MOVIE.length, md5 };
  const signed = (await (await edge('/parts', { uploadId, ...part })).json()) as {
    url: string;
    headers: Record<string, string>;
  };
  const headers = { ...signed.headers, 'content-length': String(MOVIE.length) };
  const request = new Request(new URL(signed.url, ORIGIN), { method: 'PUT', headers, body: MOVIE });
  expect((await portal.app.fetch(request)).status).toBe(200);
  const movie = { durationMs: 3500, frames: 87, codec: 'avc1', width: 1920, height: 1080 };
  const done = await edge('/complete', { uploadId, totalBytes: MOVIE.length, parts: [part], movie });
  expect(done.status).toBe(200);
}

describe('side files', () => {
  test('are taken once the upload is open, and only from the session’s own device', async () => {
    expect((await put('init.mp4', INIT)).status).toBe(409);
    await edge('', { layout: 'header-first' });
    expect((await put('init.mp4', INIT, foreignToken)).status).toBe(404);
    expect((await put('init.mp4', INIT)).status).toBe(204);
    expect((await put('index.json', JSON.stringify(INDEX))).status).toBe(204);
    expect((await get('playlist.m3u8')).status).toBe(409);
    await upload();
    expect((await put('thumbnail.jpg', JPEG)).status).toBe(204);
    expect((await put('storyboard.jpg', JPEG)).status).toBe(204);
    expect((await put('storyboard.json', JSON.stringify(LAYOUT))).status).toBe(204);
  });

  test.each([
    ['thumbnail.jpg', 'no picture', 400],
    ['thumbnail.jpg', Buffer.alloc(512 * 1024 + 1), 413],
    ['init.mp4', 'no box', 400],
    ['index.json', '{"v":1', 400],
    ['index.json', JSON.stringify({ ...INDEX, totalBytes: 15_000 }), 400],
    ['storyboard.json', JSON.stringify({ ...LAYOUT, columns: 0 }), 400],
    ['passwd', 'x', 400],
  ])('%s of other content or size is refused: %#', async (name, body, status) => {
    const answer = await put(name, body);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });

  test('sent again replace what there was, and leave nothing of it', async () => {
    const before = await storedObjects();
    const other = Buffer.concat([JPEG, randomBytes(3)]);
    expect((await put('thumbnail.jpg', other)).status).toBe(204);
    expect(Buffer.from(await (await get('thumbnail.jpg')).arrayBuffer()).equals(other)).toBe(true);
    expect(await storedObjects()).toHaveLength(before.length);
  });
});

describe('the movie as its own stream', () => {
  test('each segment of the playlist leads to exactly these bytes of the stored file', async () => {
    const answer = await get('playlist.m3u8', { 'accept-encoding': 'gzip' });
    expect(answer.headers.get('content-type')).toBe('application/vnd.apple.mpegurl');
    const text = gunzipSync(await answer.arrayBuffer()).toString();
    const ranges = [...text.matchAll(/#EXT-X-BYTERANGE:(\d+)@(\d+)\n(.+)/g)];
    expect(ranges).toHaveLength(2);
    for (const [, bytes, offset, uri = ''] of ranges) {
      const [start, end] = [Number(offset), Number(offset) + Number(bytes)];
      const link = await get(uri);
      expect(link.status).toBe(302);
      const part = await portal.app.fetch(
        new Request(new URL(link.headers.get('location') ?? '', ORIGIN), {
          headers: { range: `bytes=${start}-${end - 1}` },
        }),
      );
      expect(part.status).toBe(206);
      expect(Buffer.from(await part.arrayBuffer()).equals(MOVIE.subarray(start, end))).toBe(true);
    }
  });

  test('its init segment answers ranges, and its text is asked about again rather than sent again', async () => {
    const part = await get('init.mp4', { range: 'bytes=4-7' });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe(`bytes 4-7/${INIT.length}`);
    expect(await part.text()).toBe('ftyp');
    expect((await get('init.mp4', { range: 'bytes=900-' })).status).toBe(416);
    const etag = (await get('playlist.m3u8')).headers.get('etag') ?? '';
    expect((await get('playlist.m3u8', { 'if-none-match': etag })).status).toBe(304);
  });

  test('the stable address leads to a good link after the former one has ended [pingvin-share 44, PeerTube 5439]', async () => {
    const link = async (): Promise<Request> => {
      const answer = await get('download?disposition=inline');
      return new Request(new URL(answer.headers.get('location') ?? '', ORIGIN));
    };
    const former = await link();
    expect((await portal.app.fetch(former.clone())).status).toBe(200);
    await clock.advance(15 * 60_000 + 1000);
    expect((await portal.app.fetch(former)).status).toBe(403);
    expect((await portal.app.fetch(await link())).status).toBe(200);
    // The device's token has ended, too.
    deviceToken = (await portal.app.services.deviceTokens.issue(deviceId)).token;
  });

  test('a storyboard names the tile of each moment', async () => {
    expect(await (await get('storyboard.vtt')).text()).toContain(
      '00:00:00.000 --> 00:00:03.500\nstoryboard.jpg#xywh=0,0,160,90',
    );
    expect((await get('storyboard.jpg')).headers.get('content-type')).toBe('image/jpeg');
  });

  test('an index of another movie is none', async () => {
    await put('index.json', JSON.stringify({ ...INDEX, totalBytes: MOVIE.length + 1 }));
    expect((await get('playlist.m3u8')).status).toBe(409);
  });

  test('nobody else reads any of it', async () => {
    for (const name of ['playlist.m3u8', 'init.mp4', 'thumbnail.jpg', 'storyboard.vtt', 'storyboard.jpg']) {
      expect((await get(name, {}, stranger)).status).toBe(404);
    }
  });
});

test('deleting the video leaves nothing in the store [frigate 1874]', async () => {
  expect(await storedObjects()).not.toEqual([]);
  await portal.call('DELETE', `/api/video/files/${SESSION}`, { token: owner.token });
  expect(await storedObjects()).toEqual([]);
  expect((await put('thumbnail.jpg', JPEG)).status).toBe(410);
  expect((await get('thumbnail.jpg')).status).not.toBe(200);
});
