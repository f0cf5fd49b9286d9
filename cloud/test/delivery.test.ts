import { createHash, randomBytes } from 'node:crypto';
import { UPLOAD_PART_BYTES } from '@padelvar/shared/limits';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { INDEX_LAST_ROOM_BYTES } from '@padelvar/shared/mp4/movie-header';
import type { ObjectStore } from '../src/lib/server/storage/object-store.ts';
import { openStore } from '../../edge/src/store/database.ts';
import { createTestMovie, HEADER_ROOM, openTestDelivery, openTestEdge } from './support/delivery.ts';
import type { TestDelivery, TestEdge, TestMovie } from './support/delivery.ts';

const PART = UPLOAD_PART_BYTES;
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

function openEdge(...rest: Parameters<typeof openTestEdge> extends [unknown, ...infer Rest] ? Rest : never) {
  const edge = openTestEdge(delivery.client, ...rest);
  edges.push(edge);
  return edge;
}

async function addMovie(payloadBytes: number): Promise<TestMovie & { sessionId: string }> {
  const sessionId = await delivery.addSession();
  return Object.assign(createTestMovie(sessionId, payloadBytes), { sessionId });
}

async function expectStored(sessionId: string, bytes: Buffer): Promise<void> {
  const answer = await download(sessionId);
  expect(answer.status).toBe(200);
  expect(hashOf(Buffer.from(await answer.arrayBuffer()))).toBe(hashOf(bytes));
}

const download = (sessionId: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${delivery.origin}/api/video/files/${sessionId}/download`, {
    headers: { authorization: `Bearer ${delivery.owner.token}`, ...headers },
  });
const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const partsOf = (sessionId: string): number[] =>
  delivery.taken.filter((name) => name.startsWith(`${sessionId}#`)).map((name) => Number(name.split('#')[1]));

test('a movie goes up while it grows; at the end the last part and part 1 are left', async () => {
  const movie = await addMovie(3 * PART + 1000);
  const edge = openEdge();
  edge.uploader.add(movie.view);
  movie.growTo(2 * PART + 17);
  edge.uploader.nudge(movie.sessionId);
  await edge.reached(movie.sessionId, PART);
  movie.growTo(3 * PART);
  edge.uploader.nudge(movie.sessionId);
  await edge.reached(movie.sessionId, 2 * PART);
  expect(partsOf(movie.sessionId)).toEqual([2, 3]);
  expect((await download(movie.sessionId)).status).toBe(409);

  movie.finish();
  edge.uploader.nudge(movie.sessionId);
  await edge.confirmed(movie.sessionId);
  expect(partsOf(movie.sessionId)).toEqual([2, 3, 4, 1]);
  await expectStored(movie.sessionId, movie.bytes);
});

test('a movie shorter than a part goes up as that part', async () => {
  const movie = await addMovie(1234);
  movie.finish();
  const edge = openEdge();
  edge.uploader.add(movie.view);
  await edge.confirmed(movie.sessionId);
  expect(partsOf(movie.sessionId)).toEqual([1]);
  await expectStored(movie.sessionId, movie.bytes);
});

test('a portal that is killed in the middle of a part gets that part again and no other', async () => {
  const movie = await addMovie(4 * PART);
  movie.finish();
  const edge = openEdge();
  const reached = Promise.withResolvers<undefined>();
  delivery.setFault((request, pass) => {
    if (request.method === 'PUT' && delivery.taken.length === 2) {
      reached.resolve(undefined);
      return new Promise(() => undefined);
    }
    return pass(request);
  });
  edge.uploader.add(movie.view);
  await reached.promise;
  delivery.setFault(undefined);
  await delivery.restart();
  await edge.confirmed(movie.sessionId);
  expect(partsOf(movie.sessionId)).toEqual([2, 3, 4, 5, 1]);
  await expectStored(movie.sessionId, movie.bytes);
});

test.each([
  ['its journal', () => openStore(':memory:')],
  ['an empty database', () => undefined],
])('an edge that starts again with %s sends no part twice', async (_what, open) => {
  const store = open();
  const movie = await addMovie(4 * PART);
  movie.finish();
  const edge = openEdge(store);
  edge.uploader.add(movie.view);
  await edge.reached(movie.sessionId, 2 * PART);
  await edge.stop();
  const before = partsOf(movie.sessionId);

  const restarted = openEdge(store);
  restarted.uploader.add(movie.view);
  await restarted.confirmed(movie.sessionId);
  expect(partsOf(movie.sessionId).slice(0, before.length)).toEqual(before);
  expect(partsOf(movie.sessionId)).toEqual([2, 3, 4, 5, 1]);
  await expectStored(movie.sessionId, movie.bytes);
});

test('a movie whose confirmation was lost is confirmed at the next start, with nothing sent', async () => {
  const movie = await addMovie(PART);
  movie.finish();
  const edge = openEdge();
  edge.uploader.add(movie.view);
  await edge.confirmed(movie.sessionId);
  delivery.taken.length = 0;

  const restarted = openEdge();
  restarted.uploader.add(movie.view);
  await restarted.confirmed(movie.sessionId);
  expect(delivery.taken).toEqual([]);
});

test('failing answers, bytes changed on the way and refused addresses cost a retry, not the movie', async () => {
  const movie = await addMovie(3 * PART);
  movie.finish();
  const edge = openEdge();
  let puts = 0;
  delivery.setFault(async (request, pass) => {
    if (request.method !== 'PUT') return pass(request);
    puts += 1;
    switch (puts) {
      case 1:
        return new Response('broken', { status: 500 });
      case 2:
        return pass(withBody(request, randomBytes(Number(request.headers.get('content-length')))));
      case 3:
        return pass(new Request(request.url.replace(/expires=\d+/, 'expires=1'), request));
      default:
        return pass(request);
    }
  });
  edge.uploader.add(movie.view);
  await edge.confirmed(movie.sessionId);
  expect(partsOf(movie.sessionId)).toEqual([2, 3, 4, 1]);
  expect(puts).toBe(7);
  await expectStored(movie.sessionId, movie.bytes);
});

test('an index that outgrew its room goes last, and nothing is sent again', async () => {
  const movie = await addMovie(2 * PART);
  const edge = openEdge();
  movie.growTo(2 * PART);
  edge.uploader.add(movie.view);
  await edge.reached(movie.sessionId, PART);
  movie.outgrow(HEADER_ROOM + 4096);
  movie.finish();
  edge.uploader.nudge(movie.sessionId);
  await edge.confirmed(movie.sessionId);
  expect(partsOf(movie.sessionId)).toEqual([2, 3, 1]);
  await expectStored(movie.sessionId, movie.bytes);
});

/** A movie of 3 parts and a bit with its index last, of which 2 have filled. */
async function addIndexLast(): Promise<TestMovie & { sessionId: string }> {
  const sessionId = await delivery.addSession();
  const movie = createTestMovie(sessionId, 3 * PART, INDEX_LAST_ROOM_BYTES);
  movie.growTo(2 * PART);
  return Object.assign(movie, { sessionId });
}

/** Everything but the header; the movie is then whole. */
const sendBoth = async (movie: TestMovie & { sessionId: string }, edge: TestEdge): Promise<void> => {
  edge.uploader.add(movie.view);
  await edge.reached(movie.sessionId, 2 * PART - INDEX_LAST_ROOM_BYTES);
  expect(partsOf(movie.sessionId)).toEqual([1, 2]);
  movie.outgrow(50_000);
  movie.finish();
};

/** What the store holds below that session, objects and uploads. */
const listStored = async (sessionId: string): Promise<string[]> => {
  const { store } = delivery.portal.app.services;
  const [objects, uploads] = [
    await Array.fromAsync(store.list()),
    await Array.fromAsync(store.listUploads()),
  ];
  return [...objects, ...uploads].map(({ key }) => key).filter((key) => key.includes(sessionId));
};

test('with the index last part 1 goes up without its header, and at the end only the header is told', async () => {
  const movie = await addIndexLast();
  const { sessionId } = movie;
  const edge = openEdge();
  await sendBoth(movie, edge);
  expect(await listStored(sessionId)).toHaveLength(2);
  edge.uploader.nudge(sessionId);
  await edge.confirmed(sessionId);
  expect(partsOf(sessionId)).toEqual([1, 2, 3, 4]);
  await expectStored(sessionId, movie.bytes);
  expect(await listStored(sessionId)).toHaveLength(1);
});

test.each([
  ['its journal', () => openStore(':memory:')],
  ['an empty database', () => undefined],
])('an edge that starts again with %s sends the payload of part 1 once', async (_what, open) => {
  const store = open();
  const movie = await addIndexLast();
  const { sessionId } = movie;
  const edge = openEdge(store);
  edge.uploader.add(movie.view);
  await edge.reached(sessionId, 2 * PART - INDEX_LAST_ROOM_BYTES);
  await edge.stop();
  const restarted = openEdge(store);
  restarted.uploader.add(movie.view);
  await restarted.reached(sessionId, 2 * PART - INDEX_LAST_ROOM_BYTES);
  movie.finish();
  restarted.uploader.nudge(sessionId);
  await restarted.confirmed(sessionId);
  expect(partsOf(sessionId)).toEqual([1, 2, 3, 4]);
  await expectStored(sessionId, movie.bytes);
});

test('a movie whose payload came to stand elsewhere is given up and goes up anew, and nothing is left of the first', async () => {
  const before = await addMovie(2 * PART);
  const { sessionId } = before;
  const journal = openStore(':memory:');
  const edge = openEdge(journal);
  edge.uploader.add(before.view);
  before.growTo(2 * PART);
  edge.uploader.nudge(sessionId);
  await edge.reached(sessionId, PART);
  await edge.stop();

  const given: string[] = [];
  delivery.setFault((request, pass) => {
    if (request.method === 'DELETE') given.push(new URL(request.url).pathname);
    return pass(request);
  });
  const after = createTestMovie(sessionId, 2 * PART, HEADER_ROOM + 4_096);
  after.finish();
  const restarted = openEdge(journal);
  restarted.uploader.add(after.view);
  await restarted.confirmed(sessionId);
  expect(given).toEqual([`/api/edge/uploads/${sessionId}`]);
  expect(partsOf(sessionId)).toEqual([2, 2, 3, 1]);
  await expectStored(sessionId, after.bytes);
  expect(await listStored(sessionId)).toHaveLength(1);
});

test.each(['complete a video', 'read a file', 'take a part', 'write down'] as const)(
  'a portal that is killed when it was about to %s for a part 1 puts the movie together after its restart',
  async (step) => {
    const movie = await addIndexLast();
    const { sessionId } = movie;
    const edge = openEdge();
    await sendBoth(movie, edge);
    const { store } = delivery.portal.app.services;
    const kill = (): Promise<never> => Promise.reject(new Error('killed'));
    switch (step) {
      case 'complete a video':
        store.complete = kill;
        break;
      case 'read a file':
        store.read = kill;
        break;
      case 'take a part':
        store.putPart = kill;
        break;
      case 'write down': {
        const complete = store.complete.bind(store);
        store.complete = async (key, ...rest) => {
          await complete(key, ...rest);
          return key.endsWith('.mp4') ? kill() : complete(key, ...rest);
        };
      }
    }
    const refused = Promise.withResolvers<undefined>();
    delivery.setFault(async (request, pass) => {
      const answer = await pass(request);
      if (request.url.endsWith('/complete') && !answer.ok) refused.resolve(undefined);
      return answer;
    });
    edge.uploader.nudge(sessionId);
    await refused.promise;
    delivery.setFault(undefined);
    await delivery.restart();
    await edge.confirmed(sessionId);
    expect(partsOf(sessionId)).toEqual([1, 2, 3, 4]);
    await expectStored(sessionId, movie.bytes);
    expect(await listStored(sessionId)).toHaveLength(1);
  },
);

test('a payload of part 1 that the store lost or changed costs that part again, and is never taken', async () => {
  for (const [spoil, sentAgain] of [
    [(store: ObjectStore, key: string, id: string) => store.abort(key, id), [1]],
    [
      (store: ObjectStore, key: string) => {
        const read = store.read.bind(store);
        store.read = (one, most) =>
          one === key ? Promise.resolve(randomBytes(PART - INDEX_LAST_ROOM_BYTES)) : read(one, most);
        return Promise.resolve();
      },
      [1],
    ],
  ] as const) {
    const movie = await addIndexLast();
    const { sessionId } = movie;
    const edge = openEdge();
    await sendBoth(movie, edge);
    const { db, store } = delivery.portal.app.services;
    const { object_key: key, payload_upload_id: uploadId } = await db
      .selectFrom('first_payload')
      .selectAll()
      .where('session_id', '=', sessionId)
      .executeTakeFirstOrThrow();
    await spoil(store, key, uploadId);
    edge.uploader.nudge(sessionId);
    await edge.confirmed(sessionId);
    expect(partsOf(sessionId)).toEqual([1, 2, 3, 4, ...sentAgain]);
    await expectStored(sessionId, movie.bytes);
    expect(await listStored(sessionId)).toHaveLength(1);
    await delivery.restart();
  }
});

test('with its video the payload of a part 1 goes; what a crash left of one goes at night', async () => {
  const movie = await addIndexLast();
  const { sessionId } = movie;
  const edge = openEdge();
  await sendBoth(movie, edge);
  await delivery.portal.app.services.files.delete(sessionId, delivery.owner);
  expect(await listStored(sessionId)).toEqual([]);

  const other = await addIndexLast();
  const second = openEdge();
  await sendBoth(other, second);
  const { db, store, uploads } = delivery.portal.app.services;
  const abort = store.abort.bind(store);
  store.abort = () => Promise.reject(new Error('killed'));
  second.uploader.nudge(other.sessionId);
  await second.confirmed(other.sessionId);
  store.abort = abort;
  expect(await db.selectFrom('first_payload').select('session_id').execute()).toHaveLength(1);
  expect(await listStored(other.sessionId)).toHaveLength(2);
  await uploads.abortUnknown(Date.now());
  expect(await db.selectFrom('first_payload').select('session_id').execute()).toEqual([]);
  expect(await listStored(other.sessionId)).toHaveLength(1);
  await expectStored(other.sessionId, other.bytes);
});

test('a finished movie goes before running ones, the older of two first', async () => {
  const [oldest, running, newer] = [await addMovie(PART), await addMovie(3 * PART), await addMovie(PART)];
  oldest.finish();
  newer.finish();
  running.growTo(3 * PART);
  const edge = openEdge();
  let inFlight = 0;
  let most = 0;
  delivery.setFault(async (request, pass) => {
    if (request.method !== 'PUT') return pass(request);
    inFlight += 1;
    most = Math.max(most, inFlight);
    return pass(request).finally(() => (inFlight -= 1));
  });
  // The first to be added takes a place at once; the others wait for theirs in order.
  for (const movie of [running, newer, oldest]) edge.uploader.add(movie.view);
  await Promise.all([oldest, newer].map(({ sessionId }) => edge.confirmed(sessionId)));
  await edge.reached(running.sessionId, 2 * PART);
  expect(most).toBeLessThanOrEqual(2);
  const firstRunning = delivery.taken.indexOf(`${running.sessionId}#2`);
  expect(delivery.taken.indexOf(`${running.sessionId}#3`)).toBeGreaterThan(firstRunning);
  for (const { sessionId } of [oldest, newer]) {
    expect(delivery.taken.indexOf(`${sessionId}#1`)).toBeLessThan(
      delivery.taken.indexOf(`${running.sessionId}#3`),
    );
  }
});

test('a video that was deleted is not sent any more, and its parts go', async () => {
  const movie = await addMovie(3 * PART);
  movie.growTo(2 * PART);
  const edge = openEdge();
  edge.uploader.add(movie.view);
  await edge.reached(movie.sessionId, PART);
  await delivery.portal.app.services.files.delete(movie.sessionId, delivery.owner);
  movie.finish();
  edge.uploader.nudge(movie.sessionId);
  await edge.confirmed(movie.sessionId);
  expect(edge.gone).toEqual([movie.sessionId]);
  expect((await download(movie.sessionId)).status).toBe(410);
});

const POST = (path: string, json: unknown): Promise<unknown> =>
  delivery.client.request(path, { method: 'POST', json });
const OPEN = { layout: 'header-first' };
const MD5 = `${'A'.repeat(22)}==`;

test('a device uploads for its own sessions only, and within the hard stop', async () => {
  const own = await delivery.addSession();
  const stranger = own.replace('north', 'south');
  await expect(POST(`/api/edge/uploads/${stranger}`, OPEN)).rejects.toMatchObject({ kind: 'not_found' });
  const { uploadId, maxParts } = (await (
    await delivery.client.request(`/api/edge/uploads/${own}`, { method: 'POST', json: OPEN })
  ).json()) as { uploadId: string; maxParts: number };
  expect(maxParts).toBe(Math.ceil((660 * 5_000_000 + 4 * 1024 * 1024) / PART));
  const part = { uploadId, partNumber: maxParts + 1, bytes: PART, md5: MD5 };
  await expect(POST(`/api/edge/uploads/${own}/parts`, part)).rejects.toMatchObject({ kind: 'too_large' });
  await expect(
    POST(`/api/edge/uploads/${own}/parts`, { ...part, partNumber: 1, bytes: PART + 1 }),
  ).rejects.toMatchObject({ kind: 'bad_request' });
  await expect(
    POST(`/api/edge/uploads/${own}/parts`, { ...part, partNumber: 1, uploadId: 'other' }),
  ).rejects.toMatchObject({ kind: 'conflict' });
});

test('a movie is not ready while the store holds other parts than the device lists', async () => {
  const movie = await addMovie(PART);
  movie.finish();
  const edge = openEdge();
  let changed = 0;
  delivery.setFault(async (request, pass) => {
    if (!request.url.endsWith('/complete') || changed > 0) return pass(request);
    changed += 1;
    const body = (await request.json()) as { parts: { md5: string }[] };
    for (const part of body.parts) part.md5 = MD5;
    const answer = await pass(withBody(request, Buffer.from(JSON.stringify(body))));
    expect(answer.status).toBe(409);
    expect((await download(movie.sessionId)).status).toBe(409);
    return answer;
  });
  edge.uploader.add(movie.view);
  await edge.confirmed(movie.sessionId);
  expect(changed).toBe(1);
  expect(partsOf(movie.sessionId)).toEqual([2, 1]);
});

test('a person without a device token gets no upload', async () => {
  const sessionId = await delivery.addSession();
  const answer = await fetch(`${delivery.origin}/api/edge/uploads/${sessionId}`, {
    method: 'POST',
    body: JSON.stringify(OPEN),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${delivery.owner.token}` },
  });
  expect(answer.status).toBe(401);
});

function withBody(request: Request, body: Buffer): Request {
  const headers = new Headers(request.headers);
  headers.set('content-length', String(body.length));
  return new Request(request.url, { method: request.method, headers, body: new Uint8Array(body) });
}
