/** Movies beside a match, from the edge's own uploader into the store and out of it again. */
import { createHash } from 'node:crypto';
import type { FurtherMovieFacts } from '@padelvar/shared/edge-api';
import { UPLOAD_PART_BYTES } from '@padelvar/shared/limits';
import type { DeletionReceipt, Video } from '@padelvar/shared/portal-api';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { STALE_UPLOAD_MS, sweepUploads } from '../src/lib/server/jobs/sweep.ts';
import { createTestMovie, openTestDelivery, openTestEdge } from './support/delivery.ts';
import type { TestDelivery, TestEdge, TestMovie } from './support/delivery.ts';
import { seedFurtherMovie } from './support/seed.ts';

const PART = UPLOAD_PART_BYTES;
const FACTS: FurtherMovieFacts = {
  ...{ fromMs: 2_052_000, bytes: 1, durationMs: 600_000, frames: 15_000 },
  ...{ codec: 'hvc1', width: 1920, height: 1080, reason: 'codec_changed' },
};
let delivery: TestDelivery;
const edges: TestEdge[] = [];

beforeAll(async () => {
  delivery = await openTestDelivery();
});
afterEach(async () => {
  delivery.setFault(undefined);
  delivery.taken.length = 0;
  for (const edge of edges.splice(0)) await edge.stop();
});
afterAll(() => delivery.close());

function openEdge(movies: readonly TestMovie[] = []): TestEdge {
  const edge = openTestEdge(delivery.client, undefined, {
    describe(movieId) {
      const movie = movies.find(({ view }) => view.sessionId === movieId);
      return movie === undefined ? undefined : { ...FACTS, bytes: movie.bytes.byteLength };
    },
  });
  edges.push(edge);
  return edge;
}

function finished(movieId: string, payloadBytes: number, payloadOffset?: number): TestMovie {
  const movie = createTestMovie(movieId, payloadBytes, payloadOffset);
  movie.finish();
  return movie;
}

/** A match that is in the store, and what its camera sent in another codec, which is not. */
async function addMatch(
  furtherBytes: number,
): Promise<{ sessionId: string; match: TestMovie; further: TestMovie }> {
  const sessionId = await delivery.addSession();
  const match = finished(sessionId, 1234);
  const edge = openEdge();
  edge.uploader.add(match.view);
  await edge.confirmed(sessionId);
  delivery.taken.length = 0;
  return { sessionId, match, further: finished(`${sessionId}.2`, furtherBytes, 0) };
}

async function send(further: TestMovie): Promise<void> {
  const edge = openEdge([further]);
  edge.uploader.add(further.view);
  await edge.confirmed(further.view.sessionId);
}

const ask = (path: string, method = 'GET', headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${delivery.origin}/api/video/files/${path}`, {
    method,
    headers: { authorization: `Bearer ${delivery.owner.token}`, ...headers },
  });
const getVideo = async (sessionId: string): Promise<Video> => (await (await ask(sessionId)).json()) as Video;
const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const takenParts = (): number[] => delivery.taken.map((name) => Number(name.split('#')[1]));
const objects = async (): Promise<string[]> =>
  (await Array.fromAsync(delivery.portal.app.services.store.list())).map(({ key }) => key);

test('a movie beside a match is stored once, part by part, though the portal is killed in the middle', async () => {
  const { sessionId, match, further } = await addMatch(2 * PART + 17);
  const edge = openEdge([further]);
  const reached = Promise.withResolvers<undefined>();
  delivery.setFault((request, pass) => {
    if (request.method !== 'PUT' || delivery.taken.length !== 1) return pass(request);
    reached.resolve(undefined);
    return new Promise(() => undefined);
  });
  edge.uploader.add(further.view);
  await reached.promise;
  expect((await getVideo(sessionId)).further).toMatchObject([{ number: 2, ready: false }]);
  expect((await ask(`${sessionId}/further/2/download`)).status).toBe(409);
  delivery.setFault(undefined);
  await delivery.restart();
  await edge.confirmed(further.view.sessionId);
  expect(takenParts().toSorted()).toEqual([1, 2, 3]);

  const stored = await ask(`${sessionId}/further/2/download`);
  expect(stored.headers.get('content-disposition')).toContain('01h00-2.mp4');
  expect(hashOf(await stored.bytes())).toBe(hashOf(further.bytes));
  expect(hashOf(await (await ask(`${sessionId}/download`)).bytes())).toBe(hashOf(match.bytes));
  const { movie, further: listed } = await getVideo(sessionId);
  expect({ movie, listed }).toEqual({
    movie: 'ready',
    listed: [
      {
        ...{ number: 2, fromMs: 2_052_000, durationSeconds: 600, bytes: 2 * PART + 17, ready: true },
        ...{ width: 1920, height: 1080, codec: 'hvc1', reason: 'codec_changed' },
      },
    ],
  });
});

test('a movie beside a match is played by ranges', async () => {
  const { sessionId, further } = await addMatch(5000);
  await send(further);
  const answer = await ask(`${sessionId}/further/2/download?disposition=inline`, 'GET', {
    range: 'bytes=1000-1999',
  });
  expect(answer.status).toBe(206);
  expect(answer.headers.get('content-range')).toBe('bytes 1000-1999/5000');
  expect(hashOf(await answer.bytes())).toBe(hashOf(further.bytes.subarray(1000, 2000)));
  expect((await ask(`${sessionId}/further/3/download`)).status).toBe(404);
});

test('a lost confirmation is given again, with nothing sent', async () => {
  const { further } = await addMatch(PART);
  await send(further);
  delivery.taken.length = 0;
  await send(further);
  expect(delivery.taken).toEqual([]);
});

test('a deletion leaves nothing beside the match, and its receipt counts all', async () => {
  const { sessionId, match, further } = await addMatch(5000);
  await send(further);
  expect((await objects()).filter((key) => key.includes(sessionId))).toHaveLength(2);
  const receipt = (await (await ask(sessionId, 'DELETE')).json()) as DeletionReceipt;
  expect(receipt).toMatchObject({ bytes: match.bytes.length + 5000, storeErased: true });
  expect((await objects()).filter((key) => key.includes(sessionId))).toEqual([]);
  expect((await ask(`${sessionId}/further/2/download`)).status).toBe(410);
  const edge = openEdge([further]);
  edge.uploader.add(further.view);
  await edge.confirmed(further.view.sessionId);
  expect(edge.gone).toEqual([further.view.sessionId]);
});

test('a deletion that was cut short is finished, and until then it is not called erased', async () => {
  const { sessionId } = await addMatch(1);
  const { db, files, store } = delivery.portal.app.services;
  await ask(sessionId, 'DELETE');
  await seedFurtherMovie(db, sessionId);
  const key = `clubs/north/${sessionId}/2.mp4`;
  await store.put({ key, contentType: 'video/mp4', body: new Uint8Array(5000) });
  expect(await files.receipt(sessionId)).toMatchObject({ storeErased: false });
  await files.sweep();
  expect(await files.receipt(sessionId)).toMatchObject({ storeErased: true });
  expect(await objects()).not.toContain(key);
});

test('the nightly comparison knows what lies beside matches', async () => {
  const { sessionId, further } = await addMatch(5000);
  await send(further);
  const { storageSweep, store, db } = delivery.portal.app.services;
  const { object_key: key } = await db
    .selectFrom('further_movie')
    .select('object_key')
    .where('session_id', '=', sessionId)
    .executeTakeFirstOrThrow();
  const isMissing = async (): Promise<boolean> =>
    (await storageSweep.run()).missing.some((one) => one.key === key && one.sessionId === sessionId);
  expect(await isMissing()).toBe(false);
  await store.delete(key);
  expect(await isMissing()).toBe(true);
});

test('an upload beside a match that nobody finishes is given up, and the match stays as it is', async () => {
  const { sessionId, match } = await addMatch(1);
  const { services } = delivery.portal.app;
  const ref = { sessionId, number: 2 };
  const { uploadId } = await services.furtherMovies.open(delivery.deviceId, ref, FACTS);
  const open = async (): Promise<boolean> =>
    (await Array.fromAsync(services.store.listUploads())).some((one) => one.uploadId === uploadId);
  await sweepUploads(services);
  expect(await open()).toBe(true);
  await services.db
    .updateTable('further_movie')
    .set({ created_at: Date.now() - STALE_UPLOAD_MS - 1000 })
    .where('session_id', '=', sessionId)
    .execute();
  await sweepUploads(services);
  expect(await open()).toBe(false);
  expect(hashOf(await (await ask(`${sessionId}/download`)).bytes())).toBe(hashOf(match.bytes));
  expect((await services.furtherMovies.open(delivery.deviceId, ref, FACTS)).uploadId).not.toBe(uploadId);
});

test.each(['1', '52', 'two'])('movie %s of a match is refused by name', async (number) => {
  const sessionId = await delivery.addSession();
  const path = `/api/edge/uploads/${sessionId}/further/${number}`;
  await expect(
    delivery.client.request(path, { method: 'POST', json: { movie: FACTS } }),
  ).rejects.toMatchObject({ kind: 'bad_request', message: expect.stringContaining('number') as string });
});
