/**
 * What can be wrong with a store, on both kinds: said on the recording and on its device while it lasts, in one word that
 * the pages translate; the movie stays with the device, and is stored once and hash-equal when the store is well again.
 */
import { execFileSync } from 'node:child_process';
import { buffer } from 'node:stream/consumers';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createHash } from 'node:crypto';
import { mkdir, rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Device, Health, RecordStatus } from '@padelvar/shared/portal-api';
import type { StorageTrouble } from '@padelvar/shared/storage-trouble';
import type { z } from 'zod';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { UploadPartCommand } from '@aws-sdk/client-s3';
import type { Clock } from '../../edge/src/base/clock.ts';
import { SLOW_PART_MS } from '../../edge/src/upload/part-sender.ts';
import { createManualClock } from '../../edge/test/support/manual-clock.ts';
import { openSmallDisk } from '../../edge/test/support/small-disk.ts';
import type { SmallDisk } from '../../edge/test/support/small-disk.ts';
import { createS3Client, S3_TIMEOUTS } from '../src/lib/server/storage/s3-client.ts';
import { createTestMovie, openTestDelivery, openTestEdge } from './support/delivery.ts';
import type { TestDelivery, TestEdge, TestMovie } from './support/delivery.ts';
import { seedUser } from './support/seed.ts';
import { openTestS3 } from './support/s3.ts';
import type { TestS3 } from './support/s3.ts';
import { openUnrulyProxy, refuse } from './support/unruly-proxy.ts';
import type { Mischief, UnrulyProxy } from './support/unruly-proxy.ts';

const WAIT = { timeout: 30_000, interval: 100 };
const MOVIE_BYTES = 300_000;
const edges: TestEdge[] = [];
afterEach(async () => {
  for (const edge of edges.splice(0)) await edge.stop();
});

function openEdge(delivery: TestDelivery, clock?: Clock): TestEdge {
  const edge = openTestEdge(delivery.client, undefined, clock && { clock });
  edges.push(edge);
  return edge;
}

/** Whoever looks after the devices. */
async function openAsker(delivery: TestDelivery) {
  const admin = await seedUser(delivery.portal.app.services, { role: 'SUPER_ADMIN', name: 'admin' });
  const ask = async <Answer>(path: string): Promise<Answer> => {
    const headers = { authorization: `Bearer ${admin.token}` };
    return (await (await fetch(`${delivery.origin}${path}`, { headers })).json()) as Answer;
  };
  return {
    status: (sessionId: string) => ask<RecordStatus>(`/api/video/record/status/${sessionId}`),
    storageOfDevice: async () => (await ask<{ items: Device[] }>('/api/admin/devices')).items[0]?.storage,
    health: () => ask<z.infer<typeof Health>>('/api/video/health'),
    download: async (sessionId: string) => {
      const headers = { authorization: `Bearer ${delivery.owner.token}` };
      const answer = await fetch(`${delivery.origin}/api/video/files/${sessionId}/download`, { headers });
      return createHash('sha256')
        .update(Buffer.from(await answer.arrayBuffer()))
        .digest('hex');
    },
  };
}

type Asker = Awaited<ReturnType<typeof openAsker>>;

interface Trial {
  delivery: TestDelivery;
  ask: Asker;
  /** Or several, where it depends on the moment. */
  trouble: StorageTrouble | RegExp;
  /** Makes the store well. */
  mend: () => unknown;
}

/** A movie of a store that is ill by now: named while it lasts, and stored in the end. */
async function tryOut({ delivery, ask, trouble, mend }: Trial): Promise<void> {
  const isMeant = (found: string | null): boolean =>
    typeof trouble === 'string' ? found === trouble : found !== null && trouble.test(found);
  const sessionId = await delivery.addSession();
  const movie: TestMovie = createTestMovie(sessionId, MOVIE_BYTES);
  movie.finish();
  const edge = openEdge(delivery);
  edge.uploader.add(movie.view);
  await expect.poll(async () => (await ask.status(sessionId)).storage, WAIT).toSatisfy(isMeant);
  // A step that succeeds takes it back until the next one fails.
  const toldOfDevice = { trouble: expect.toSatisfy(isMeant) as string, waiting: 1 };
  await expect.poll(() => ask.storageOfDevice(), WAIT).toEqual(toldOfDevice);
  expect((await ask.status(sessionId)).movie).toBe('uploading');
  await mend();
  await edge.confirmed(sessionId);
  expect(await ask.status(sessionId)).toMatchObject({ movie: 'ready', storage: null });
  expect(await ask.storageOfDevice()).toBeNull();
  expect(await ask.download(sessionId)).toBe(createHash('sha256').update(movie.bytes).digest('hex'));
}

describe('an S3 service', () => {
  let s3: TestS3;
  let proxy: UnrulyProxy;
  let delivery: TestDelivery;
  let ask: Asker;

  beforeAll(async () => {
    s3 = await openTestS3();
    proxy = await openUnrulyProxy(s3.server.endpoint);
    delivery = await openTestDelivery({ s3: { ...s3.settings, endpoint: proxy.endpoint } });
    ask = await openAsker(delivery);
  });
  afterAll(async () => {
    await delivery.close();
    await proxy.close();
    await s3.server.close();
  });

  afterEach(() => proxy.behave(undefined));

  const isPart = (request: { method?: string | undefined }): boolean => request.method === 'PUT';
  const onParts =
    (instead: NonNullable<Mischief['instead']>): NonNullable<Mischief['instead']> =>
    (request, response) =>
      isPart(request) && instead(request, response);
  const cut: NonNullable<Mischief['instead']> = (_request, response) => {
    response.destroy();
    return true;
  };

  test.each<[string, StorageTrouble | RegExp, Mischief]>([
    ['answers 500 to everything', 'failing', { instead: refuse(500, 'InternalError') }],
    ['answers 500 to parts', 'failing', { instead: onParts(refuse(500, 'InternalError')) }],
    ['answers 503 to everything', 'slow', { instead: refuse(503, 'SlowDown') }],
    ['answers 503 to parts', 'slow', { instead: onParts(refuse(503, 'SlowDown')) }],
    ['answers 403 to everything', 'denied', { instead: refuse(403, 'AccessDenied') }],
    ['answers 403 to parts', 'denied', { instead: onParts(refuse(403, 'AccessDenied')) }],
    ['is full', 'full', { instead: onParts(refuse(507, 'XMinioStorageFull')) }],
    ['has reached its quota', 'full', { instead: refuse(403, 'QuotaExceeded') }],
    ['is read-only', 'read_only', { instead: onParts(refuse(405, 'MethodNotAllowed')) }],
    ['has lost its bucket', 'missing', { instead: refuse(404, 'NoSuchBucket') }],
    ['is gone', 'unreachable', { instead: cut }],
    ['breaks off each part, and answers all else', 'unreachable', { instead: onParts(cut) }],
    [
      'breaks off its answers in the middle',
      /^(failing|unreachable)$/,
      { body: (_request, body) => body.subarray(0, 60) },
    ],
  ])('that %s is told as %s, and no more once it is well', async (_what, trouble, mischief) => {
    proxy.behave(mischief);
    await tryOut({ delivery, ask, trouble, mend: () => proxy.behave(undefined) });
  });

  test('that takes a kilobyte a second is told as slow while a part goes on, and has it by the same address in the end', async () => {
    let puts = 0;
    const count: NonNullable<Mischief['instead']> = (request) => {
      if (isPart(request)) puts += 1;
      return false;
    };
    proxy.behave({ bytesPerSecond: 1_000, instead: count });
    const sessionId = await delivery.addSession();
    const movie = createTestMovie(sessionId, MOVIE_BYTES);
    movie.finish();
    const clock = createManualClock();
    const edge = openEdge(delivery, clock);
    edge.uploader.add(movie.view);
    const waited = async (): Promise<string | null> => {
      await clock.advance(SLOW_PART_MS);
      return (await ask.status(sessionId)).storage;
    };
    await expect.poll(waited, WAIT).toBe('slow');
    expect(await ask.status(sessionId)).toMatchObject({ movie: 'uploading' });
    expect(await ask.storageOfDevice()).toEqual({ trouble: 'slow', waiting: 1 });
    proxy.behave({ instead: count });
    await edge.confirmed(sessionId);
    expect(puts).toBe(1);
    expect(await ask.status(sessionId)).toMatchObject({ movie: 'ready', storage: null });
    expect(await ask.storageOfDevice()).toBeNull();
    expect(await ask.download(sessionId)).toBe(createHash('sha256').update(movie.bytes).digest('hex'));
  });

  test('whose parts answer another ETag than was sent is believed by its own list', async () => {
    proxy.behave({ etag: () => '"00000000000000000000000000000000"' });
    const sessionId = await delivery.addSession();
    const movie = createTestMovie(sessionId, MOVIE_BYTES);
    movie.finish();
    const edge = openEdge(delivery);
    edge.uploader.add(movie.view);
    await edge.confirmed(sessionId);
    proxy.behave(undefined);
    expect(await ask.download(sessionId)).toBe(createHash('sha256').update(movie.bytes).digest('hex'));
  });

  test('that lists another part than was sent completes nothing until it lists the right one', async () => {
    proxy.behave({
      body: (request, body) =>
        request.method === 'GET' && request.url?.includes('uploadId=') === true
          ? Buffer.from(body.toString().replace(/[0-9a-f]{32}(?=("|&quot;)<\/ETag>)/g, '0'.repeat(32)))
          : body,
    });
    await tryOut({ delivery, ask, trouble: 'failing', mend: () => proxy.behave(undefined) });
  });

  test('that stores half of a part and says 200 is told as failing, until it stores the whole', async () => {
    const client = createS3Client(s3.settings, S3_TIMEOUTS);
    const storeHalf = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const body = await buffer(request);
      const { pathname, searchParams } = new URL(request.url ?? '', s3.server.endpoint);
      const [, Bucket = '', ...key] = pathname.split('/');
      const half = await client.send(
        new UploadPartCommand({
          ...{ Bucket, Key: key.join('/'), UploadId: searchParams.get('uploadId') ?? '', PartNumber: 1 },
          Body: body.subarray(0, body.length / 2),
        }),
      );
      response.writeHead(200, { etag: half.ETag }).end();
    };
    proxy.behave({
      instead: onParts((request, response) => {
        if (request.url?.includes('uploadId=') !== true) return false;
        void storeHalf(request, response);
        return true;
      }),
    });
    await tryOut({ delivery, ask, trouble: 'failing', mend: () => proxy.behave(undefined) });
    client.destroy();
  });

  test('that tells another size of what it holds is told as failing, and holds the movie once in the end', async () => {
    proxy.behave({ headBytes: (bytes) => bytes - 1 });
    const before = await Array.fromAsync(delivery.portal.app.services.store.list());
    await tryOut({ delivery, ask, trouble: 'failing', mend: () => proxy.behave(undefined) });
    const after = await Array.fromAsync(delivery.portal.app.services.store.list());
    expect(after).toHaveLength(before.length + 1);
  });

  test('of which an object has another size than was sent takes the movie under another key', async () => {
    const sessionId = await delivery.addSession();
    const movie = createTestMovie(sessionId, MOVIE_BYTES);
    movie.finish();
    const { store, uploads, db } = delivery.portal.app.services;
    await uploads.open(delivery.deviceId, sessionId);
    const keyOf = async () =>
      (
        await db
          .selectFrom('upload')
          .select('object_key')
          .where('session_id', '=', sessionId)
          .executeTakeFirst()
      )?.object_key ?? '';
    const wrong = await keyOf();
    await store.put({ key: wrong, contentType: 'video/mp4', body: new Uint8Array(7) });
    const edge = openEdge(delivery);
    edge.uploader.add(movie.view);
    await edge.confirmed(sessionId);
    expect(await ask.download(sessionId)).toBe(createHash('sha256').update(movie.bytes).digest('hex'));
    expect(await keyOf()).not.toBe(wrong);
    expect(await store.head(wrong)).toBeUndefined();
  });

  test.each([
    ['refuses the keys', { secretAccessKey: 'wrong' }, 'denied'],
    ['has no such bucket', { bucket: 'nowhere' }, 'missing'],
  ] as const)('that %s from the start on leaves the movie with its device', async (_what, wrong, trouble) => {
    const ill = await openTestDelivery({ s3: { ...s3.settings, ...wrong } });
    const asker = await openAsker(ill);
    expect(await asker.health()).toMatchObject({ storage: false, storageState: trouble });
    const sessionId = await ill.addSession();
    const movie = createTestMovie(sessionId, MOVIE_BYTES);
    movie.finish();
    openEdge(ill).uploader.add(movie.view);
    await expect.poll(async () => (await asker.status(sessionId)).storage, WAIT).toBe(trouble);
    expect(await asker.storageOfDevice()).toEqual({ trouble, waiting: 1 });
    await edges.pop()?.stop();
    await ill.close();
  });
});

describe('the portal’s folder', () => {
  let delivery: TestDelivery;
  let ask: Asker;
  beforeAll(async () => {
    delivery = await openTestDelivery();
    ask = await openAsker(delivery);
  });
  afterAll(() => delivery.close());

  test('that is gone is told as missing, and no more once it is back', async () => {
    const folder = join(delivery.portal.dataDir, 'uploads');
    await mkdir(folder, { recursive: true });
    await rename(folder, `${folder}-away`);
    await symlink('/dev/null', folder);
    const mend = async (): Promise<void> => {
      execFileSync('rm', [folder]);
      await rename(`${folder}-away`, folder);
    };
    await tryOut({ delivery, ask, trouble: 'missing', mend });
  });

  describe('on a small disk', () => {
    let disk: SmallDisk;
    beforeAll(async () => {
      disk = await openSmallDisk(8);
      for (const name of ['uploads', 'objects']) {
        await mkdir(join(disk.folder, name));
        execFileSync('rm', ['-rf', join(delivery.portal.dataDir, name)]);
        await symlink(join(disk.folder, name), join(delivery.portal.dataDir, name));
      }
    });
    afterAll(() => disk.close());
    const remount = (how: 'ro' | 'rw') => execFileSync('mount', ['-o', `remount,${how}`, disk.folder]);

    test('that is full is told as full, and no more once there is room', async () => {
      await disk.fill(100_000);
      await tryOut({ delivery, ask, trouble: 'full', mend: () => disk.empty() });
    });

    test('that is read-only is told as read_only, and no more once it takes something', async () => {
      remount('ro');
      await tryOut({ delivery, ask, trouble: 'read_only', mend: () => remount('rw') });
    });
  });
});
