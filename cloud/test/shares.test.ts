/** A video shared by a link: only by whoever may, for as long as it stands, with the owner's name kept back. */
import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Share, SharedVideo } from '@padelvar/shared/library-api';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { RIGHT_CHECK_MS } from '../src/lib/server/files/movie-relay.ts';
import { MAX_SHARES } from '../src/lib/server/shares/shares.ts';
import { createManualClock, type ManualClock } from './support/manual-clock.ts';
import { openTestPortal, ORIGIN, type TestPortal } from './support/portal.ts';
import { storeMovie } from './support/stored-movie.ts';
import { createWorld, LOGO_VERSION, MOVIE_SESSION, OPEN_SESSION, type World } from './support/world.ts';

const DAY_MS = 24 * 60 * 60_000;
const KEY = `clubs/north/${MOVIE_SESSION}/movie.mp4`;
const bytes = randomBytes(3_000_000);
let clock: ManualClock;
let portal: TestPortal;
let world: World;
beforeAll(async () => {
  clock = createManualClock(Date.now());
  portal = await openTestPortal({ clock });
  world = await createWorld(portal.app.services);
});
beforeEach(async () => {
  await world.reset();
  const { db, store } = portal.app.services;
  if ((await store.head(KEY)) === undefined) await storeMovie(portal.app.services, KEY, bytes);
  const stored = { object_key: KEY, movie_bytes: bytes.length };
  await db.updateTable('match_session').set(stored).where('id', '=', MOVIE_SESSION).execute();
});
afterAll(() => portal.close());

const SHARES = `/api/video/files/${MOVIE_SESSION}/shares`;
const ask = (who: keyof World['tokens'], method: string, path: string, json?: unknown) =>
  portal.call(method, path, { token: world.tokens[who], json });
const anybody = (path: string, headers: Record<string, string> = {}) => portal.call('GET', path, { headers });

async function makeLink(json: object = {}): Promise<{ shareId: string; token: string }> {
  const response = await ask('owner', 'POST', SHARES, json);
  expect(response.status).toBe(201);
  const { shareId, url } = (await response.json()) as Share & { url: string };
  expect(url.startsWith(`${ORIGIN}/s/`)).toBe(true);
  return { shareId, token: url.slice(`${ORIGIN}/s/`.length) };
}

/** All links end so many milliseconds from now. */
async function expireIn(ms: number): Promise<void> {
  await portal.app.services.db
    .updateTable('share')
    .set({ expires_at: clock.nowMs() + ms })
    .execute();
}

describe('whoever holds a link', () => {
  test('learns the match and nobody’s name', async () => {
    const { token } = await makeLink({ label: 'for Ana' });
    await portal.app.services.db.updateTable('club').set({ brand_color: '#0b3fa8' }).execute();
    const response = await anybody(`/api/shares/${token}`);
    const text = await response.text();
    const video = JSON.parse(text) as SharedVideo;
    expect(video).toMatchObject({ courtName: 'Court n2', clubName: 'Club north', download: false });
    expect(video.brandColor).toBe('#0b3fa8');
    expect(video.logo).toMatchObject({ url: `/api/logos/${LOGO_VERSION}`, ground: 'light' });
    expect(video.bytes).toBe(bytes.length);
    for (const secret of ['owner', 'Ana', MOVIE_SESSION, KEY]) expect(text).not.toContain(secret);
  });

  test('plays any part of the movie without a login, and may not save it', async () => {
    const { token } = await makeLink();
    const part = await anybody(`/api/shares/${token}/movie`, { range: 'bytes=1000-1999' });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe(`bytes 1000-1999/${bytes.length}`);
    expect(part.headers.get('content-disposition')).toMatch(/^inline;/);
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(1000, 2000))).toBe(true);
    const saved = await anybody(`/api/shares/${token}/movie?disposition=attachment`);
    expect(saved.status).toBe(403);
  });

  test('saves it under its name where the link allows it', async () => {
    const { token } = await makeLink({ download: true });
    const saved = await anybody(`/api/shares/${token}/movie?disposition=attachment`);
    expect(saved.headers.get('content-disposition')).toMatch(/^attachment; filename="Club north - Court n2/);
    expect(Buffer.from(await saved.arrayBuffer()).equals(bytes)).toBe(true);
  });

  test('can do nothing else with it', async () => {
    const { token } = await makeLink();
    for (const path of [SHARES, `/api/video/files/${MOVIE_SESSION}/download`, '/api/video/files/list']) {
      const response = await portal.call('GET', path, { headers: { authorization: `Bearer ${token}` } });
      expect(response.status).toBe(401);
    }
  });
});

test('a link to a video that the store has no more says so to whoever could not play it', async () => {
  const { token } = await makeLink();
  await portal.app.services.store.delete(KEY);
  const isMissing = async (query = ''): Promise<boolean> =>
    ((await (await anybody(`/api/shares/${token}${query}`)).json()) as SharedVideo).missing;
  expect(await isMissing()).toBe(false);
  expect(await isMissing('?look=true')).toBe(true);
  expect(await isMissing()).toBe(true);
  await storeMovie(portal.app.services, KEY, bytes);
  expect(await isMissing('?look=true')).toBe(false);
});

describe('a link ends', () => {
  test('when its days are over', async () => {
    const { token } = await makeLink({ expiresInDays: 2 });
    const shared = (await (await anybody(`/api/shares/${token}`)).json()) as SharedVideo;
    expect(Date.parse(shared.expiresAt)).toBe(clock.nowMs() + 2 * DAY_MS);
    await expireIn(1000);
    expect((await anybody(`/api/shares/${token}`)).status).toBe(200);
    await clock.advance(1000);
    expect((await anybody(`/api/shares/${token}`)).status).toBe(410);
    expect((await anybody(`/api/shares/${token}/movie`)).status).toBe(410);
  });

  test.each([
    ['is taken back by the owner', (shareId: string) => ask('owner', 'DELETE', `${SHARES}/${shareId}`)],
    [
      'is taken back by the club’s administrator',
      (shareId: string) => ask('admin', 'DELETE', `${SHARES}/${shareId}`),
    ],
    ['leads to a video that is deleted', () => ask('owner', 'DELETE', `/api/video/files/${MOVIE_SESSION}`)],
  ])('when it %s: at once for whoever comes, within seconds for whoever watches', async (_what, end) => {
    const { shareId, token } = await makeLink();
    const watched = await anybody(`/api/shares/${token}/movie`);
    const reader = watched.body?.getReader() as ReadableStreamDefaultReader<Uint8Array>;
    const first = await reader.read();
    expect(first.value?.length).toBeGreaterThan(0);
    expect((await end(shareId)).status).toBeLessThan(300);
    expect((await anybody(`/api/shares/${token}`)).status).toBe(410);
    await clock.advance(RIGHT_CHECK_MS);
    expect(RIGHT_CHECK_MS).toBeLessThanOrEqual(60_000);
    const readOn = async (): Promise<void> => {
      for (let read = await reader.read(); !read.done; read = await reader.read());
    };
    await expect(readOn()).rejects.toThrow('has ended');
  });
});

describe('the list of links', () => {
  test('shows those that stand, never their addresses, and leaves no token in the data folder', async () => {
    const { shareId, token } = await makeLink({ label: 'for Ana', download: true });
    const text = await (await ask('owner', 'GET', SHARES)).text();
    expect(text).not.toContain(token);
    const { items } = JSON.parse(text) as { items: Share[] };
    expect(items[0]).toMatchObject({ shareId, label: 'for Ana', download: true, createdBy: 'owner' });
    const files = await readdir(portal.dataDir, { recursive: true, withFileTypes: true });
    for (const file of files.filter((entry) => entry.isFile())) {
      expect(await readFile(join(file.parentPath, file.name), 'latin1')).not.toContain(token);
    }
  });

  test('comes a page at a time, newest first', async () => {
    const made: string[] = [];
    for (let index = 0; index < 4; index += 1) {
      await clock.advance(1000);
      made.unshift((await makeLink()).shareId);
    }
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query = cursor === '' ? '?limit=2' : `?limit=2&cursor=${cursor}`;
      const page = (await (await ask('owner', 'GET', `${SHARES}${query}`)).json()) as {
        items: Share[];
        nextCursor: string | null;
      };
      seen.push(...page.items.map(({ shareId }) => shareId));
      cursor = page.nextCursor;
    }
    expect(seen.slice(0, 4)).toEqual(made);
  });

  test('has an end: no more than so many links stand at a time', async () => {
    for (let standing = 1; standing < MAX_SHARES; standing += 1) await makeLink();
    expect((await ask('owner', 'POST', SHARES, {})).status).toBe(409);
    await expireIn(0);
    await makeLink();
  });
});

test.each([
  ['expiresInDays', { expiresInDays: 0 }],
  ['expiresInDays', { expiresInDays: 91 }],
  ['expiresInDays', { expiresInDays: 'x' }],
  ['download', { download: 'yes' }],
  ['label', { label: 'x'.repeat(81) }],
])('a link with a wrong %s is refused and the field named', async (field, json) => {
  const response = await ask('owner', 'POST', SHARES, json);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ errors: [{ field }] });
});

test('a match without a video can’t be shared', async () => {
  const response = await ask('owner', 'POST', `/api/video/files/${OPEN_SESSION}/shares`, {});
  expect(response.status).toBe(409);
  expect(await response.json()).toMatchObject({ kind: 'not_ready' });
});

test('a guessed link and one that is no link are refused alike for everybody', async () => {
  expect((await anybody(`/api/shares/${'A'.repeat(32)}`)).status).toBe(410);
  expect((await anybody('/api/shares/short')).status).toBe(400);
});

test('making and taking back are in the audit log', async () => {
  const { shareId } = await makeLink();
  await ask('owner', 'DELETE', `${SHARES}/${shareId}`);
  const { db } = portal.app.services;
  const rows = await db
    .selectFrom('audit')
    .select(['action', 'object'])
    .where('action', 'in', ['share.create', 'share.revoke'])
    .where('detail', 'like', `%${shareId}%`)
    .execute();
  expect(rows).toEqual([
    { action: 'share.create', object: MOVIE_SESSION },
    { action: 'share.revoke', object: MOVIE_SESSION },
  ]);
});
