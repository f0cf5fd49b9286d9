import { createHash } from 'node:crypto';
import type { Health, RecordStatus } from '@padelvar/shared/portal-api';
import { AppError } from '@padelvar/shared/errors';
import { UPLOAD_PART_BYTES } from '@padelvar/shared/limits';
import { INDEX_LAST_ROOM_BYTES } from '@padelvar/shared/mp4/movie-header';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { z } from 'zod';
import { createTestMovie, openTestDelivery, openTestEdge } from './support/delivery.ts';
import type { TestDelivery, TestEdge, TestMovie } from './support/delivery.ts';
import { openTestPortal } from './support/portal.ts';
import { openTestS3 } from './support/s3.ts';
import type { TestS3 } from './support/s3.ts';

const PART = UPLOAD_PART_BYTES;
let s3: TestS3;
let delivery: TestDelivery;
const edges: TestEdge[] = [];
/** Parts that were signed, by number. */
let signed: number[] = [];

beforeAll(async () => {
  s3 = await openTestS3();
  delivery = await openTestDelivery({ s3: s3.settings });
});
beforeEach(() => {
  delivery.setFault(async (request, pass) => {
    if (request.url.endsWith('/parts')) {
      signed.push(((await request.clone().json()) as { partNumber: number }).partNumber);
    }
    return pass(request);
  });
});
afterEach(async () => {
  signed = [];
  for (const edge of edges.splice(0)) await edge.stop();
});
afterAll(async () => {
  await delivery.close();
  await s3.server.close();
});

function openEdge(): TestEdge {
  const edge = openTestEdge(delivery.client);
  edges.push(edge);
  return edge;
}

async function addMovie(
  payloadBytes: number,
  payloadOffset?: number,
): Promise<TestMovie & { sessionId: string }> {
  const sessionId = await delivery.addSession();
  return Object.assign(createTestMovie(sessionId, payloadBytes, payloadOffset), { sessionId });
}

const listKeys = async (sessionId: string): Promise<string[]> => {
  const { store } = delivery.portal.app.services;
  const stored = [...(await Array.fromAsync(store.list())), ...(await Array.fromAsync(store.listUploads()))];
  return stored.map(({ key }) => key).filter((key) => key.includes(sessionId));
};

const call = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${delivery.origin}${path}`, {
    headers: { authorization: `Bearer ${delivery.owner.token}`, ...headers },
    redirect: 'manual',
  });
const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const readStatus = async (sessionId: string): Promise<RecordStatus> =>
  (await (await call(`/api/video/record/status/${sessionId}`)).json()) as RecordStatus;

async function expectStored(sessionId: string, bytes: Buffer): Promise<void> {
  const link = await call(`/api/video/files/${sessionId}/download`);
  const answer = await fetch(link.headers.get('location') ?? '');
  expect(hashOf(Buffer.from(await answer.arrayBuffer()))).toBe(hashOf(bytes));
}

test('a movie goes from the device to the bucket and from there to the player, the portal only signs', async () => {
  const movie = await addMovie(2 * PART + 1000);
  movie.finish();
  const edge = openEdge();
  edge.uploader.add(movie.view);
  await edge.confirmed(movie.sessionId);
  await expectStored(movie.sessionId, movie.bytes);

  const link = await call(`/api/video/files/${movie.sessionId}/download?disposition=inline`);
  const address = new URL(link.headers.get('location') ?? '');
  expect(address.origin).toBe(s3.server.endpoint);
  const part = await fetch(address, { headers: { range: 'bytes=100-199' } });
  expect(part.status).toBe(206);
  expect(part.headers.get('content-type')).toBe('video/mp4');
  expect(part.headers.get('content-disposition')).toContain('Padel Nord - Court 1 - ');
  expect(Buffer.from(await part.arrayBuffer()).equals(movie.bytes.subarray(100, 200))).toBe(true);
});

test('a HEAD of the stable link leads to one that answers HEAD', async () => {
  const movie = await addMovie(1000);
  movie.finish();
  const edge = openEdge();
  edge.uploader.add(movie.view);
  await edge.confirmed(movie.sessionId);
  const answer = await fetch(`${delivery.origin}/api/video/files/${movie.sessionId}/download`, {
    method: 'HEAD',
    headers: { authorization: `Bearer ${delivery.owner.token}` },
  });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-length')).toBe(String(movie.bytes.length));
});

test('a storage that is killed in the middle of a match says so on the recording, and gets no part twice', async () => {
  const movie = await addMovie(4 * PART);
  const edge = openEdge();
  movie.growTo(3 * PART);
  edge.uploader.add(movie.view);
  await edge.reached(movie.sessionId, 2 * PART);
  await s3.server.kill();
  movie.finish();
  edge.uploader.nudge(movie.sessionId);
  await expect
    .poll(async () => (await readStatus(movie.sessionId)).storage, { timeout: 90_000, interval: 200 })
    .toBe('unreachable');
  await s3.server.restart();
  await edge.confirmed(movie.sessionId);
  await expectStored(movie.sessionId, movie.bytes);
  expect((await readStatus(movie.sessionId)).storage).toBeNull();
  // Those before the kill once; one that was under way may have been signed again.
  expect(signed.filter((number) => number === 2 || number === 3)).toEqual([2, 3]);
  expect(new Set(signed)).toEqual(new Set([1, 2, 3, 4, 5]));
}, 180_000);

test.each([
  ['a portal that is killed', () => delivery.restart()],
  ['a storage that is killed', () => s3.server.killAndRestart()],
])(
  '%s while an upload is being completed: the movie is there once, hash-equal',
  async (_what, kill) => {
    const movie = await addMovie(PART);
    movie.finish();
    const edge = openEdge();
    let killed: Promise<void> | undefined;
    delivery.setFault(async (request, pass) => {
      const answer = await pass(request);
      if (!request.url.endsWith('/complete') || killed !== undefined) return answer;
      // The answer is lost with the one that gave it.
      killed = kill();
      return new Response(null, { status: 500 });
    });
    edge.uploader.add(movie.view);
    await edge.confirmed(movie.sessionId);
    await killed;
    delivery.setFault(undefined);
    await expectStored(movie.sessionId, movie.bytes);
    const keys = (await Array.fromAsync(delivery.portal.app.services.store.list())).map(({ key }) => key);
    expect(keys.filter((key) => key.includes(movie.sessionId))).toHaveLength(1);
  },
  180_000,
);

test.each([
  ['nobody', () => Promise.resolve()],
  ['the portal', () => delivery.restart()],
  ['the storage', () => s3.server.killAndRestart()],
])(
  'with the index last part 1 is put together in the bucket of payload and header, although %s is killed meanwhile',
  async (who, kill) => {
    const movie = await addMovie(2 * PART, INDEX_LAST_ROOM_BYTES);
    const { sessionId } = movie;
    movie.growTo(2 * PART);
    const edge = openEdge();
    edge.uploader.add(movie.view);
    await edge.reached(sessionId, 2 * PART - INDEX_LAST_ROOM_BYTES);
    let killed: Promise<void> | undefined;
    const { store } = delivery.portal.app.services;
    const putPart = store.putPart.bind(store);
    store.putPart = async (...part) => {
      await putPart(...part);
      if (killed !== undefined) return;
      killed = kill();
      if (who !== 'nobody') throw new AppError('storage_unreachable', 'killed');
    };
    movie.outgrow(40_000);
    movie.finish();
    edge.uploader.nudge(sessionId);
    await edge.confirmed(sessionId);
    await killed;
    store.putPart = putPart;
    await expectStored(sessionId, movie.bytes);
    expect(signed).toEqual([1, 2, 3]);
    expect(await listKeys(sessionId)).toHaveLength(1);
  },
  180_000,
);

test.each([
  ['wrong credentials', { secretAccessKey: 'wrong' }, 'denied'],
  ['a bucket that does not exist', { bucket: 'nowhere' }, 'missing'],
  ['nobody at the endpoint', { endpoint: 'http://127.0.0.1:9' }, 'unreachable'],
])('with %s the portal starts, works, and names what is wrong', async (_what, wrong, trouble) => {
  const portal = await openTestPortal({ s3: { ...s3.settings, ...wrong } });
  const answer = await portal.call('GET', '/api/video/health');
  expect(answer.status).toBe(503);
  expect((await answer.json()) as z.infer<typeof Health>).toMatchObject({
    ...{ status: 'degraded', database: true, storage: false, storageState: trouble },
  });
  await portal.close();
});
