/** Clips that are kept outlive their match when it expires, and go with it when somebody deletes it. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Clip } from '@padelvar/shared/clip-api';
import type { StorageUse } from '@padelvar/shared/club-api';
import { AppError } from '@padelvar/shared/errors';
import { UPLOAD_PART_BYTES } from '@padelvar/shared/limits';
import type { Share } from '@padelvar/shared/library-api';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DAY_MS } from '../src/lib/server/files/retention-plan.ts';
import { findMatchAt } from '../src/lib/server/privacy/find-match.ts';
import { createManualClock } from './support/manual-clock.ts';
import type { ManualClock } from './support/manual-clock.ts';
import { openTestPortal } from './support/portal.ts';
import type { TestPortal } from './support/portal.ts';
import { seedClub, seedCourt, seedDevice, seedSession, seedUser, WITH_MOVIE } from './support/seed.ts';
import type { SeededUser } from './support/seed.ts';
import { storeMovie } from './support/stored-movie.ts';
import { openTestStore, STORES } from './support/stores.ts';
import type { TestStore } from './support/stores.ts';

const run = promisify(execFile);
const MOVIE_MS = 8000;
const RETENTION_DAYS = 30;
const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0]);
let movie: Buffer;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'padelvar-kept-'));
  const path = join(folder, 'movie.mp4');
  // Noise makes it large: a clip of it has several parts.
  const source = `testsrc2=size=640x360:rate=25:duration=${String(MOVIE_MS / 1000)},noise=alls=15:allf=t`;
  const encoder = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25', '-movflags', '+faststart'];
  await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', source, ...encoder, path]);
  movie = await readFile(path);
  await rm(folder, { recursive: true });
});

describe.each(STORES)('with the store %s', (kind) => {
  let backing: TestStore;
  let portal: TestPortal;
  let clock: ManualClock;
  let owner: SeededUser;
  let participant: SeededUser;
  let sessionId: string;
  let clipsPath: string;
  let startedAt: number;

  beforeAll(async () => {
    backing = await openTestStore(kind);
  });
  afterAll(() => backing.close());
  beforeEach(async () => {
    // Services check the time of signatures.
    clock = createManualClock(Date.now());
    portal = await openTestPortal({ clock, ...backing.settings });
    const { services } = portal.app;
    const { db, uploads } = services;
    await seedClub(db, 'north', { retention_days: RETENTION_DAYS });
    await seedCourt(db, 'north', 'n1');
    const deviceId = await seedDevice(db, 'north');
    owner = await seedUser(services, { role: 'PLAYER', clubIds: ['north'], name: 'owner' });
    participant = await seedUser(services, { role: 'PLAYER', clubIds: ['north'], name: 'participant' });
    startedAt = Math.floor(clock.nowMs() / 1000) * 1000 - RETENTION_DAYS * DAY_MS;
    sessionId = `sess_north_n1_${String(startedAt / 1000)}`;
    clipsPath = `/api/video/files/${sessionId}/clips`;
    const key = `clubs/north/${sessionId}/movie.mp4`;
    await storeMovie(services, key, new Uint8Array(movie));
    const when = { opened_at: startedAt, started_at: startedAt, ended_at: startedAt + MOVIE_MS };
    const what = { object_key: key, movie_bytes: movie.length, movie_duration_ms: MOVIE_MS };
    const where = { clubId: 'north', courtId: 'n1', deviceId, ownerId: owner.userId };
    await seedSession(db, where, { ...WITH_MOVIE, ...when, ...what, id: sessionId });
    await db
      .insertInto('session_participant')
      .values({ session_id: sessionId, user_id: participant.userId })
      .execute();
    const upload = { session_id: sessionId, object_key: key, upload_id: sessionId, max_parts: 9 };
    await db
      .insertInto('upload')
      .values({ ...upload, created_at: startedAt, state: 'complete' })
      .execute();
    const said = { session_id: sessionId, days_before: 1, made_at: clock.nowMs() - DAY_MS };
    const expires_at = startedAt + RETENTION_DAYS * DAY_MS;
    await db
      .insertInto('retention_notice')
      .values({ ...said, expires_at })
      .execute();
    await uploads.putSideFile(deviceId, sessionId, 'thumbnail.jpg', JPEG);
  });
  afterEach(async () => {
    for (const key of await listKeys()) await portal.app.services.store.delete(key);
    await portal.close();
  });

  const listKeys = async (): Promise<string[]> => {
    const { store } = portal.app.services;
    const stored = [
      ...(await Array.fromAsync(store.list())),
      ...(await Array.fromAsync(store.listUploads())),
    ];
    return stored.map(({ key }) => key).filter((key) => !key.startsWith('probe/'));
  };
  /** Logins end while time passes here. */
  const tokenOf = async ({ userId }: SeededUser): Promise<string> =>
    (await portal.app.services.auth.enter(userId, '')).token;
  const ask = async (
    who: SeededUser | undefined,
    method: string,
    path: string,
    json?: unknown,
    headers = {},
  ) => portal.call(method, path, { token: who && (await tokenOf(who)), json, headers });
  const makeClip = async (fromMs: number, toMs: number, name: string): Promise<Clip> =>
    (await (await ask(owner, 'POST', clipsPath, { name, fromMs, toMs })).json()) as Clip;
  const keep = ({ clipId }: Clip, kept = true): Promise<Response> =>
    ask(owner, 'PATCH', `${clipsPath}/${clipId}`, { kept });
  const share = async ({ clipId }: Clip): Promise<string> => {
    const json = { clipId, download: true, expiresInDays: 30 };
    const answer = await ask(owner, 'POST', `/api/video/files/${sessionId}/shares`, json);
    expect(answer.status).toBe(201);
    return new URL(((await answer.json()) as Share & { url: string }).url).pathname.slice('/s/'.length);
  };
  /** What is at that address, wherever it leads. */
  const fetchBytes = async (who: SeededUser | undefined, path: string, headers = {}): Promise<Buffer> => {
    const answer = await ask(who, 'GET', path, undefined, headers);
    const { location } = Object.fromEntries(answer.headers);
    const bytes = location === undefined ? answer : await fetch(location, { headers });
    expect(bytes.ok).toBe(true);
    return Buffer.from(await bytes.arrayBuffer());
  };
  const listClips = async (path: string): Promise<Clip[]> =>
    ((await (await ask(owner, 'GET', path)).json()) as { items: Clip[] }).items;
  const expire = (): Promise<void> => portal.app.services.retention.run();
  const stateOf = async (): Promise<string> =>
    (
      await portal.app.services.db
        .selectFrom('match_session')
        .select('movie_state')
        .where('id', '=', sessionId)
        .executeTakeFirstOrThrow()
    ).movie_state;
  const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

  test('a kept clip is still listed, watched, saved and shared, the other goes with the match', async () => {
    const kept = await makeClip(0, 8000, 'Match point');
    const other = await makeClip(1000, 3000, 'Warm-up');
    expect(kept.bytes).toBeGreaterThan(UPLOAD_PART_BYTES);
    expect(kept).toMatchObject({ kept: false, matchGone: false, expiresAt: expect.any(String) as string });
    expect((await ask(participant, 'PATCH', `${clipsPath}/${kept.clipId}`, { kept: true })).status).toBe(403);
    expect(await (await keep(kept)).json()).toMatchObject({ kept: true, expiresAt: null });
    const [link, otherLink] = [await share(kept), await share(other)];
    const before = await fetchBytes(owner, `${clipsPath}/${kept.clipId}/movie`);
    await expire();

    const { db, storageSweep, devices, store } = portal.app.services;
    expect((await ask(owner, 'GET', `/api/video/files/${sessionId}`)).status).toBe(410);
    for (const path of [clipsPath, '/api/video/clips']) {
      expect(await listClips(path)).toMatchObject([
        { ...{ clipId: kept.clipId, kept: true, matchGone: true }, thumbnail: true, bytes: kept.bytes },
      ]);
    }
    const path = `${clipsPath}/${kept.clipId}`;
    for (const who of [owner, participant]) {
      expect(hashOf(await fetchBytes(who, `${path}/movie?disposition=inline`))).toBe(hashOf(before));
    }
    const range = { range: 'bytes=1000-1999' };
    expect((await fetchBytes(owner, `${path}/movie`, range)).equals(before.subarray(1000, 2000))).toBe(true);
    expect((await fetchBytes(owner, `${path}/thumbnail.jpg`)).equals(JPEG)).toBe(true);
    expect(await (await ask(undefined, 'GET', `/api/shares/${link}`)).json()).toMatchObject({
      ...{ clipName: 'Match point', clubName: 'Club north', bytes: kept.bytes, durationSeconds: 8 },
    });
    const saved = await fetchBytes(undefined, `/api/shares/${link}/movie?disposition=attachment`);
    expect(hashOf(saved)).toBe(hashOf(before));
    expect((await ask(undefined, 'GET', `/api/shares/${otherLink}`)).status).toBe(410);
    expect((await ask(owner, 'GET', `${clipsPath}/${other.clipId}`)).status).toBe(404);
    expect((await devices.desired('dev_north00000000')).deletions).toEqual([sessionId]);

    const objects = await Array.fromAsync(store.list());
    const bytes = objects.filter(({ key }) => key.includes(sessionId)).map((object) => object.bytes);
    expect(bytes.sort((a, b) => a - b)).toEqual([JPEG.length, kept.bytes]);
    const receipt = await db
      .selectFrom('audit')
      .select('detail')
      .where('action', '=', 'video.expire')
      .execute();
    expect(receipt.map(({ detail }) => JSON.parse(detail) as unknown)).toMatchObject([
      { storeErased: true, keptClips: 1 },
    ]);
    const admin = await seedUser(portal.app.services, { role: 'SUPER_ADMIN', name: 'admin' });
    const use = (await (await ask(admin, 'GET', '/api/clubs/north/storage')).json()) as StorageUse;
    expect(use).toMatchObject({ videos: 0, keptClips: 1, bytes: kept.bytes });
    await clock.advance(2 * 60 * 60_000);
    expect(await storageSweep.run()).toMatchObject({ missing: [], wrongSize: [], unknown: [] });
  });

  test('of a clip whose match has expired nothing is left once it is deleted, and it can’t be kept no more', async () => {
    const kept = await makeClip(2000, 3000, 'Lob');
    await keep(kept);
    await expire();
    expect((await keep(kept, false)).status).toBe(409);
    const renamed = await ask(owner, 'PATCH', `${clipsPath}/${kept.clipId}`, { name: 'The lob' });
    expect(await renamed.json()).toMatchObject({ name: 'The lob', kept: true });
    const link = await share(kept);
    expect((await ask(owner, 'DELETE', `${clipsPath}/${kept.clipId}`)).status).toBe(204);
    expect((await ask(undefined, 'GET', `/api/shares/${link}`)).status).toBe(410);
    expect(await listKeys()).toEqual([]);
  });

  // By which somebody who is in it objects, also where only clips of it are left.
  test.each([
    ['the match is deleted before it expires', false],
    ['the match is deleted although it has expired', true],
  ])('nothing is left of kept clips where %s', async (_when, expired) => {
    await keep(await makeClip(2000, 3000, 'Lob'));
    if (expired) await expire();
    expect(await listKeys()).not.toEqual([]);
    const { db } = portal.app.services;
    expect(await findMatchAt(db, { id: 'n1', club_id: 'north' }, startedAt)).toBe(sessionId);
    const answer = await ask(owner, 'DELETE', `/api/video/files/${sessionId}`);
    expect(await answer.json()).toMatchObject({ storeErased: true });
    expect(await listKeys()).toEqual([]);
    expect(await listClips('/api/video/clips')).toEqual([]);
  });

  test('a store that fails while a clip is copied leaves the match, and nothing of the attempt afterwards', async () => {
    const kept = await makeClip(0, 8000, 'Match point');
    await keep(kept);
    const { store, files } = portal.app.services;
    const putPart = store.putPart.bind(store);
    let parts = 0;
    store.putPart = async (...part) => {
      if ((parts += 1) === 2) throw new AppError('storage_full', 'no room');
      return putPart(...part);
    };
    await expire();
    expect(await stateOf()).toBe('ready');
    await expire();
    expect(await stateOf()).toBe('deleted');
    expect(await listKeys()).toHaveLength(2);

    // What the store does not delete at once is deleted by the sweep.
    const remove = store.delete.bind(store);
    store.delete = () => Promise.reject(new AppError('storage_unreachable', 'gone for a while'));
    expect((await ask(owner, 'DELETE', `${clipsPath}/${kept.clipId}`)).status).toBe(204);
    store.delete = remove;
    expect(await listClips(clipsPath)).toEqual([]);
    expect(await listKeys()).toHaveLength(2);
    await files.sweep();
    expect(await listKeys()).toEqual([]);
  });

  test('a store that fails after the match is gone: its receipt counts the clips that stayed', async () => {
    await keep(await makeClip(2000, 3000, 'Lob'));
    const { store, db } = portal.app.services;
    const remove = store.delete.bind(store);
    store.delete = () => Promise.reject(new AppError('storage_unreachable', 'gone for a while'));
    await expire();
    expect(await stateOf()).toBe('deleted');
    store.delete = remove;
    await expire();
    const row = await db
      .selectFrom('audit')
      .select('detail')
      .where('action', '=', 'video.expire')
      .executeTakeFirst();
    expect(JSON.parse(row?.detail ?? '{}')).toMatchObject({ storeErased: true, keptClips: 1 });
  });

  test('an account that ends takes its kept clips along', async () => {
    await keep(await makeClip(2000, 3000, 'Lob'));
    await expire();
    const left = await ask(owner, 'POST', '/api/privacy/account/delete', { email: owner.email });
    expect(left.status).toBe(200);
    expect(await listKeys()).toEqual([]);
  });
});
