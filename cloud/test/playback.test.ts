import { createHash, randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { FragmentIndex } from '@padelvar/shared/side-files';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { RIGHT_CHECK_MS } from '../src/lib/server/files/movie-relay.ts';
import { MAX_PLAY_LINK_SECONDS } from '../src/lib/server/settings.ts';
import { listByteRanges } from './support/byte-ranges.ts';
import { createManualClock } from './support/manual-clock.ts';
import { openTestPortal, ORIGIN } from './support/portal.ts';
import type { TestPortal } from './support/portal.ts';
import { openTestS3 } from './support/s3.ts';
import type { TestS3 } from './support/s3.ts';
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

const STORES: [string, () => Promise<TestS3 | undefined>][] = [
  ['the portal’s folder', () => Promise.resolve(undefined)],
  ['an S3 server', () => openTestS3()],
];

const INLINE = 'download?disposition=inline';

type FetchRange = (uri: string, range: string) => Promise<Response>;

/** Of an answer that is read to its end. */
async function readStatus(answering: Promise<Response>): Promise<number> {
  const answer = await answering;
  await answer.arrayBuffer();
  return answer.status;
}

async function expectSegments(playlist: string, fetchRange: FetchRange): Promise<void> {
  const ranges = listByteRanges(playlist);
  expect(ranges).toHaveLength(2);
  for (const { offset: start, bytes, uri } of ranges) {
    const end = start + bytes;
    const part = await fetchRange(uri, `bytes=${start}-${end - 1}`);
    expect(part.status).toBe(206);
    expect(Buffer.from(await part.arrayBuffer()).equals(MOVIE.subarray(start, end))).toBe(true);
  }
}

describe.each(STORES)('in %s', (_what, openService) => {
  const clock = createManualClock(Date.now());
  /** How long a signed address lives. */
  const secondsOf = (link: string): number => {
    const { searchParams } = new URL(link, ORIGIN);
    const lives = searchParams.get('X-Amz-Expires');
    return lives === null
      ? Number(searchParams.get('expires')) - Math.ceil(clock.nowMs() / 1000)
      : Number(lives);
  };
  let portal: TestPortal;
  let owner: SeededUser;
  let stranger: SeededUser;
  let deviceId: string;
  let deviceToken: string;
  let foreignToken: string;

  let s3: TestS3 | undefined;

  beforeAll(async () => {
    s3 = await openService();
    portal = await openTestPortal({ clock, s3: s3?.settings });
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
  afterAll(async () => {
    await portal.close();
    await s3?.server.close();
  });

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
  /** An address of the store, which may be the portal's own. */
  const fetchSigned = (url: string, init: RequestInit = {}): Promise<Response> => {
    const request = new Request(new URL(url, ORIGIN), init);
    return s3 === undefined ? portal.app.fetch(request) : fetch(request);
  };
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
    expect((await fetchSigned(signed.url, { method: 'PUT', headers, body: MOVIE })).status).toBe(200);
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

    test('are read from the store once for all who look, and anew when they are another one', async () => {
      const read = vi.spyOn(portal.app.services.store, 'read');
      const picture = Buffer.concat([JPEG, randomBytes(9)]);
      expect((await put('thumbnail.jpg', picture)).status).toBe(204);
      for (let looks = 0; looks < 3; looks += 1) {
        expect(Buffer.from(await (await get('thumbnail.jpg')).arrayBuffer()).equals(picture)).toBe(true);
        expect((await get('thumbnail.jpg', {}, stranger)).status).not.toBe(200);
      }
      expect(read).toHaveBeenCalledTimes(1);
      read.mockRestore();
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
      await expectSegments(text, async (uri, range) => {
        const answer = await get(uri, { range });
        const link = answer.headers.get('location');
        expect(answer.status).toBe(s3 === undefined ? 206 : 302);
        return link === null ? answer : fetchSigned(link, { headers: { range } });
      });
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

    test('the stable address leads to a good link after the former one has ended [pingvin-share 44, PeerTube 5439, 5617]', async () => {
      const link = async (): Promise<string> =>
        s3 === undefined
          ? portal.app.services.files.link(SESSION, 'inline')
          : ((await get(INLINE)).headers.get('location') ?? '');
      const former = await link();
      expect(await readStatus(fetchSigned(former))).toBe(200);
      expect(secondsOf(former)).toBeLessThanOrEqual(MAX_PLAY_LINK_SECONDS);
      await clock.advance((MAX_PLAY_LINK_SECONDS + 1) * 1000);
      // A service goes by a clock of its own.
      if (s3 === undefined) expect((await fetchSigned(former)).status).toBe(403);
      expect(await readStatus(fetchSigned(await link()))).toBe(200);
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
      await put('index.json', JSON.stringify(INDEX));
    });

    test('nobody else reads any of it', async () => {
      for (const name of ['playlist.m3u8', 'init.mp4', 'thumbnail.jpg', 'storyboard.vtt', 'storyboard.jpg']) {
        expect((await get(name, {}, stranger)).status).toBe(404);
      }
    });
  });

  describe('a link that shares it', () => {
    const share = async (json = {}): Promise<{ shareId: string; path: string }> => {
      const path = `/api/video/files/${SESSION}/shares`;
      const made = await portal.call('POST', path, { token: owner.token, json });
      const { shareId, url } = (await made.json()) as { shareId: string; url: string };
      return { shareId, path: `/api/shares/${url.slice(url.lastIndexOf('/') + 1)}` };
    };
    const NAMES = ['playlist.m3u8', 'init.mp4', 'storyboard.vtt', 'storyboard.jpg', 'movie'];

    test('plays the same stream; the right is asked for with each segment', async () => {
      const { shareId, path } = await share();
      const ask = (name: string, headers = {}) => portal.call('GET', `${path}/${name}`, { headers });
      expect(await (await portal.call('GET', path)).json()).toMatchObject({ stream: true, storyboard: true });
      expect(await (await ask('init.mp4', { range: 'bytes=4-7' })).text()).toBe('ftyp');
      await expectSegments(await (await ask('playlist.m3u8')).text(), async (uri, range) => {
        const answer = await ask(uri, { range });
        const link = answer.headers.get('location');
        expect(answer.status).toBe(s3 === undefined ? 206 : 302);
        if (link === null) return answer;
        expect(secondsOf(link)).toBeLessThanOrEqual(MAX_PLAY_LINK_SECONDS);
        return fetchSigned(link, { headers: { range } });
      });
      expect((await ask('movie?disposition=attachment')).status).toBe(403);
      const taken = `/api/video/files/${SESSION}/shares/${shareId}`;
      expect((await portal.call('DELETE', taken, { token: owner.token })).status).toBe(204);
      for (const name of NAMES) expect((await ask(name)).status).toBe(410);
    });

    test('saves the movie where it allows that, from the portal’s own address, and goes on there after a break', async () => {
      const { path } = await share({ download: true });
      const save = (headers = {}, method = 'GET') =>
        portal.call(method, `${path}/movie?disposition=attachment`, { headers });
      const saved = await save();
      expect(saved.status).toBe(200);
      expect(saved.headers.get('content-disposition')).toMatch(/^attachment; filename="/);
      expect(saved.headers.get('content-length')).toBe(String(MOVIE.length));
      expect(Buffer.from(await saved.arrayBuffer()).equals(MOVIE)).toBe(true);
      const rest = await save({ range: 'bytes=1000-', 'if-range': saved.headers.get('etag') ?? '' });
      expect(rest.status).toBe(206);
      expect(Buffer.from(await rest.arrayBuffer()).equals(MOVIE.subarray(1000))).toBe(true);
      expect((await save({ range: `bytes=${MOVIE.length}-` })).status).toBe(416);
      expect((await save({}, 'HEAD')).headers.get('content-length')).toBe(String(MOVIE.length));
    });

    test('taken back, it ends a download that runs, and nothing goes on with it', async () => {
      const { shareId, path } = await share({ download: true });
      const save = (headers = {}) => portal.call('GET', `${path}/movie?disposition=attachment`, { headers });
      const saved = await save();
      const reader = saved.body?.getReader() as ReadableStreamDefaultReader<Uint8Array>;
      expect((await reader.read()).value?.length).toBeGreaterThan(0);
      const taken = `/api/video/files/${SESSION}/shares/${shareId}`;
      expect((await portal.call('DELETE', taken, { token: owner.token })).status).toBe(204);
      await clock.advance(RIGHT_CHECK_MS);
      const readOn = async (): Promise<void> => {
        for (let read = await reader.read(); !read.done; read = await reader.read());
      };
      await expect(readOn()).rejects.toThrow('has ended');
      expect((await save({ range: 'bytes=1000-' })).status).toBe(410);
    });
  });

  test('who leaves the match sees no more of it, of what is being sent either', async () => {
    const { db } = portal.app.services;
    const friend = await seedUser(portal.app.services, {
      role: 'PLAYER',
      clubIds: ['north'],
      name: 'friend',
    });
    const row = { session_id: SESSION, user_id: friend.userId };
    await db.insertInto('session_participant').values(row).execute();
    const [watched, ended] = [await get(INLINE, {}, friend), await get(INLINE, {}, friend)];
    expect(watched.status).toBe(s3 === undefined ? 200 : 302);
    await clock.advance(RIGHT_CHECK_MS);
    if (s3 === undefined) expect(Buffer.from(await watched.arrayBuffer()).equals(MOVIE)).toBe(true);
    await db.deleteFrom('session_participant').where('user_id', '=', friend.userId).execute();
    if (s3 === undefined) await expect(ended.arrayBuffer()).rejects.toThrow('has ended');
    for (const name of [INLINE, 'playlist.m3u8', 'init.mp4', 'storyboard.jpg'])
      expect((await get(name, {}, friend)).status).toBe(403);
  });

  test('a login that ends, ends what it watches', async () => {
    if (s3 !== undefined) return;
    const { token } = await portal.app.services.auth.enter(owner.userId, '');
    const watched = await get(INLINE, {}, { ...owner, token });
    expect((await portal.call('POST', '/api/auth/logout', { token })).status).toBeLessThan(300);
    await clock.advance(RIGHT_CHECK_MS);
    await expect(watched.arrayBuffer()).rejects.toThrow('has ended');
  });

  test('deleting the video leaves nothing in the store, and nothing more of it is sent [frigate 1874]', async () => {
    expect(await storedObjects()).not.toEqual([]);
    const saved = (await get('download')).headers.get('location') ?? '';
    const sent = s3 === undefined ? await fetchSigned(saved) : undefined;
    await portal.call('DELETE', `/api/video/files/${SESSION}`, { token: owner.token });
    expect(await storedObjects()).toEqual([]);
    if (sent !== undefined) await expect(sent.arrayBuffer()).rejects.toThrow('has been deleted');
    expect((await put('thumbnail.jpg', JPEG)).status).toBe(410);
    expect((await get('thumbnail.jpg')).status).not.toBe(200);
  });
});
