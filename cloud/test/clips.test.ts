/** Clips: cut from the stored movie as it lies there, for whoever may watch it, and gone with it. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Clip } from '@padelvar/shared/clip-api';
import type { Share, SharedVideo } from '@padelvar/shared/library-api';
import { MAX_CLIPS } from '@padelvar/shared/clip-api';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { RIGHT_CHECK_MS } from '../src/lib/server/files/movie-relay.ts';
import { createManualClock, type ManualClock } from './support/manual-clock.ts';
import { openTestPortal, ORIGIN, type TestPortal } from './support/portal.ts';
import { seedUser } from './support/seed.ts';
import { storeMovie } from './support/stored-movie.ts';
import { createWorld, MOVIE_SESSION, OPEN_SESSION, type World } from './support/world.ts';

const run = promisify(execFile);
const [MOVIE_MS, FPS] = [8000, 25];
const CLIPS = `/api/video/files/${MOVIE_SESSION}/clips`;
const SHARES = `/api/video/files/${MOVIE_SESSION}/shares`;

let folder: string;
let clock: ManualClock;
let portal: TestPortal;
let world: World;
/** By where its index stands. */
const movies = { first: Buffer.alloc(0), last: Buffer.alloc(0) };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'padelvar-clips-'));
  const source = `testsrc2=size=640x360:rate=${String(FPS)}:duration=${String(MOVIE_MS / 1000)}`;
  const encoder = ['-c:v', 'libx264', '-preset', 'ultrafast', '-b:v', '3M', '-g', '25', '-bf', '2'];
  const make = async (name: 'first' | 'last', flags: string[]): Promise<void> => {
    const path = join(folder, `${name}.mp4`);
    await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', source, ...encoder, ...flags, path]);
    movies[name] = await readFile(path);
  };
  await make('last', []);
  await make('first', ['-movflags', '+faststart']);
  clock = createManualClock(Date.now());
  portal = await openTestPortal({ clock });
  world = await createWorld(portal.app.services);
}, 60_000);
beforeEach(async () => {
  await world.reset();
  await keep('first');
});
afterAll(async () => {
  await portal.close();
  await rm(folder, { recursive: true, force: true });
});

async function keep(name: keyof typeof movies): Promise<void> {
  const key = `clubs/north/${MOVIE_SESSION}/${name}.mp4`;
  const { db, store } = portal.app.services;
  if ((await store.head(key)) === undefined)
    await storeMovie(portal.app.services, key, new Uint8Array(movies[name]));
  const movie = { object_key: key, movie_bytes: movies[name].length, movie_duration_ms: MOVIE_MS };
  await db.updateTable('match_session').set(movie).where('id', '=', MOVIE_SESSION).execute();
}

const ask = (who: keyof World['tokens'], method: string, path: string, json?: unknown, headers = {}) =>
  portal.call(method, path, { token: world.tokens[who], json, headers });
const anybody = (path: string, headers = {}) => portal.call('GET', path, { headers });

async function makeClip(fromMs: number, toMs: number, name = 'Match point'): Promise<Clip> {
  const answer = await ask('owner', 'POST', CLIPS, { name, fromMs, toMs });
  expect(answer.status).toBe(201);
  return (await answer.json()) as Clip;
}

async function probe(bytes: Buffer): Promise<{ seconds: number; frames: number; complaints: string }> {
  const path = join(folder, 'clip.mp4');
  await writeFile(path, bytes);
  const decode = ['-v', 'error', '-i', path, '-fps_mode', 'passthrough', '-f', 'framemd5', '-'];
  const { stdout, stderr } = await run('ffmpeg', decode);
  const frames = stdout.split('\n').filter((line) => /^0,/.test(line)).length;
  const entries = ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', path];
  return { seconds: Number((await run('ffprobe', entries)).stdout), frames, complaints: stderr };
}

describe.each(['first', 'last'] as const)('of a movie with its index %s', (place) => {
  beforeEach(() => keep(place));

  test.each([
    [0, 1000],
    [2480, 4960],
    [5000, 8000],
  ])('a clip from %d to %d ms shows exactly these frames', async (fromMs, toMs) => {
    const clip = await makeClip(fromMs, toMs);
    const answer = await ask('participant', 'GET', `${CLIPS}/${clip.clipId}/movie?disposition=inline`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('video/mp4');
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(bytes.length).toBe(clip.bytes);
    const { frames, seconds, complaints } = await probe(bytes);
    expect(complaints).toBe('');
    expect(frames).toBe(((toMs - fromMs) * FPS) / 1000);
    expect(seconds).toBeCloseTo((toMs - fromMs) / 1000, 1);
  });

  test('any range of it is the same bytes, over the border of its header too', async () => {
    const { clipId, bytes } = await makeClip(1000, 3000);
    const path = `${CLIPS}/${clipId}/movie`;
    const whole = Buffer.from(await (await ask('owner', 'GET', path)).arrayBuffer());
    for (const [start, end] of [
      [0, 10],
      [10, 5000],
      [bytes - 7, bytes],
      [4000, bytes - 1],
    ] as const) {
      const range = { range: `bytes=${String(start)}-${String(end - 1)}` };
      const part = await ask('owner', 'GET', path, undefined, range);
      expect(part.status).toBe(206);
      expect(part.headers.get('content-range')).toBe(
        `bytes ${String(start)}-${String(end - 1)}/${String(bytes)}`,
      );
      expect(Buffer.from(await part.arrayBuffer()).equals(whole.subarray(start, end))).toBe(true);
    }
    const beyond = await ask('owner', 'GET', path, undefined, { range: `bytes=${String(bytes)}-` });
    expect(beyond.status).toBe(416);
    const head = await portal.call('HEAD', path, { token: world.tokens.owner });
    expect(head.headers.get('content-length')).toBe(String(bytes));
  });
});

test('a clip is no further object in the store', async () => {
  const objects = async () => (await Array.fromAsync(portal.app.services.store.list())).length;
  const before = await objects();
  await makeClip(3000, 5000);
  expect(await objects()).toBe(before);
});

test('its file is called by club, court, time and name', async () => {
  const { clipId } = await makeClip(3000, 5000, 'Bola de oro: ¡sí!');
  const answer = await ask('owner', 'GET', `${CLIPS}/${clipId}/movie`);
  await answer.body?.cancel();
  const sent = answer.headers.get('content-disposition') ?? '';
  expect(sent).toMatch(/^attachment;/);
  expect(decodeURIComponent(sent.split("''")[1] ?? '')).toBe(
    'Club north - Court n2 - 2026-01-01 01h00 - Bola de oro ¡sí!.mp4',
  );
});

test('clips are listed under their match and in the library, newest first, and renamed', async () => {
  const made: string[] = [];
  for (let number = 0; number < 3; number += 1) {
    await clock.advance(1000);
    made.unshift((await makeClip(number * 1000, number * 1000 + 2000, `Clip ${String(number)}`)).clipId);
  }
  const { items } = (await (await ask('participant', 'GET', `${CLIPS}?limit=3`)).json()) as { items: Clip[] };
  expect(items.map(({ clipId }) => clipId)).toEqual(made);
  expect(items[0]).toMatchObject({ name: 'Clip 2', fromMs: 2000, toMs: 4000, canEdit: false });
  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const path = `/api/video/clips?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`;
    const page = (await (await ask('owner', 'GET', path)).json()) as {
      items: Clip[];
      nextCursor: string | null;
    };
    expect(page.items.every(({ canEdit }) => canEdit)).toBe(true);
    seen.push(...page.items.map(({ clipId }) => clipId));
    cursor = page.nextCursor;
  }
  expect(seen.slice(0, 3)).toEqual(made);
  for (const stranger of ['member', 'foreigner', 'foreignAdmin'] as const)
    expect(await (await ask(stranger, 'GET', '/api/video/clips')).json()).toMatchObject({ items: [] });
  const path = `${CLIPS}/${made[0] ?? ''}`;
  const renamed = await ask('owner', 'PATCH', path, { name: 'The lob' });
  expect(await renamed.json()).toMatchObject({ name: 'The lob' });
});

test.each([
  ['name', { name: ' ', fromMs: 0, toMs: 1000 }],
  ['name', { name: 'x'.repeat(81), fromMs: 0, toMs: 1000 }],
  ['toMs', { name: 'x', fromMs: 1000, toMs: 1400 }],
  ['toMs', { name: 'x', fromMs: 3000, toMs: 2000 }],
  ['toMs', { name: 'x', fromMs: 0, toMs: MOVIE_MS + 5000 }],
  ['fromMs', { name: 'x', fromMs: -1, toMs: 1000 }],
  ['fromMs', { name: 'x', fromMs: 'a', toMs: 1000 }],
])('a clip with a wrong %s is refused and the field named', async (field, json) => {
  const answer = await ask('owner', 'POST', CLIPS, json);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ errors: [{ field }] });
});

test('a match without a movie has no clips, and one has no more than so many', async () => {
  const open = `/api/video/files/${OPEN_SESSION}/clips`;
  expect((await ask('owner', 'POST', open, { name: 'x', fromMs: 0, toMs: 1000 })).status).toBe(409);
  for (let standing = 1; standing < MAX_CLIPS; standing += 1) await makeClip(0, 1000);
  expect((await ask('owner', 'POST', CLIPS, { name: 'x', fromMs: 0, toMs: 1000 })).status).toBe(409);
});

test.each(['whose login ends', 'who administers the club no more'])(
  'whoever watches a clip, and %s, sees no more of it',
  async (whose) => {
    const clip = await makeClip(0, 8000);
    const { services } = portal.app;
    const viewer = await seedUser(services, {
      ...{ role: 'CLUB_ADMIN', clubIds: ['north'], name: whose.replaceAll(' ', '-') },
    });
    const watched = await portal.call('GET', `${CLIPS}/${clip.clipId}/movie`, { token: viewer.token });
    expect(watched.status).toBe(200);
    if (whose === 'whose login ends') await portal.call('POST', '/api/auth/logout', { token: viewer.token });
    else
      await services.db.updateTable('user').set({ role: 'PLAYER' }).where('id', '=', viewer.userId).execute();
    await clock.advance(RIGHT_CHECK_MS);
    await expect(watched.arrayBuffer()).rejects.toThrow('has ended');
  },
);

describe('a link to a clip', () => {
  async function share(clipId: string, json = {}): Promise<{ token: string; shareId: string }> {
    const answer = await ask('owner', 'POST', SHARES, { clipId, ...json });
    expect(answer.status).toBe(201);
    const { url, shareId } = (await answer.json()) as Share & { url: string };
    return { shareId, token: url.slice(`${ORIGIN}/s/`.length) };
  }

  test('leads to the clip and to nothing else of the match', async () => {
    const clip = await makeClip(3000, 5000);
    const { token } = await share(clip.clipId);
    const text = await (await anybody(`/api/shares/${token}`)).text();
    expect(JSON.parse(text) as SharedVideo).toMatchObject({
      ...{ clipName: 'Match point', durationSeconds: 2, bytes: clip.bytes, download: false },
      ...{ stream: false, storyboard: false },
    });
    for (const secret of [MOVIE_SESSION, clip.clipId, 'owner']) expect(text).not.toContain(secret);
    for (const beside of ['playlist.m3u8', 'init.mp4', 'storyboard.vtt', 'storyboard.jpg'])
      expect((await anybody(`/api/shares/${token}/${beside}`)).status).toBe(404);
    const movie = await anybody(`/api/shares/${token}/movie`);
    const bytes = Buffer.from(await movie.arrayBuffer());
    expect(bytes.length).toBe(clip.bytes);
    expect((await probe(bytes)).frames).toBe(50);
    expect((await anybody(`/api/shares/${token}/movie?disposition=attachment`)).status).toBe(403);
  });

  test.each(['its clip is deleted', 'its match is deleted', 'it is taken back'])(
    'ends within seconds when %s, also for whoever is watching',
    async (how) => {
      const clip = await makeClip(0, 8000);
      const { token, shareId } = await share(clip.clipId, { download: true });
      const watched = await anybody(`/api/shares/${token}/movie`);
      const reader = watched.body?.getReader() as ReadableStreamDefaultReader<Uint8Array>;
      await reader.read();
      const paths = {
        'its clip is deleted': `${CLIPS}/${clip.clipId}`,
        'its match is deleted': `/api/video/files/${MOVIE_SESSION}`,
        'it is taken back': `${SHARES}/${shareId}`,
      };
      expect((await ask('owner', 'DELETE', paths[how as keyof typeof paths])).status).toBeLessThan(300);
      expect((await anybody(`/api/shares/${token}`)).status).toBe(410);
      await clock.advance(RIGHT_CHECK_MS);
      const readOn = async (): Promise<void> => {
        for (let read = await reader.read(); !read.done; read = await reader.read());
      };
      await expect(readOn()).rejects.toThrow('has ended');
      await portal.app.services.db
        .updateTable('match_session')
        .set({ movie_state: 'ready', deleted_at: null })
        .where('id', '=', MOVIE_SESSION)
        .execute();
      const list = (await (await ask('owner', 'GET', SHARES)).json()) as { items: Share[] };
      expect(list.items.map((item) => item.shareId)).not.toContain(shareId);
    },
  );

  test('is refused where the clip is another match’s', async () => {
    const answer = await ask('owner', 'POST', SHARES, { clipId: 'ffffffffffffffff' });
    expect(answer.status).toBe(404);
  });
});
