import { createHash } from 'node:crypto';
import { UPLOAD_PART_BYTES } from '@padelvar/shared/limits';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../edge/src/base/clock.ts';
import { INDEX_LAST_ROOM_BYTES } from '@padelvar/shared/mp4/movie-header';
import { openStore } from '../../edge/src/store/database.ts';
import type { Store } from '../../edge/src/store/database.ts';
import type { UploadPortal } from '../../edge/src/upload/upload-portal.ts';
import { createTestMovie, HEADER_ROOM, openTestDelivery, openTestEdge } from './support/delivery.ts';
import type { TestDelivery, TestEdge, TestEdgeOptions, TestMovie } from './support/delivery.ts';
import { openTestS3 } from './support/s3.ts';
import type { TestS3 } from './support/s3.ts';

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

function openEdge(store: Store, options: TestEdgeOptions = {}): TestEdge {
  const edge = openTestEdge(delivery.client, store, options);
  edges.push(edge);
  return edge;
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function expectOnce(movie: TestMovie): Promise<void> {
  const { sessionId } = movie.view;
  const answer = await fetch(`${delivery.origin}/api/video/files/${sessionId}/download`, {
    headers: { authorization: `Bearer ${delivery.owner.token}` },
  });
  expect(hashOf(Buffer.from(await answer.arrayBuffer()))).toBe(hashOf(movie.bytes));
  const sent = delivery.taken.filter((name) => name.startsWith(`${sessionId}#`));
  const parts = Math.ceil(movie.bytes.length / PART);
  expect(sent.toSorted()).toEqual(
    Array.from({ length: parts }, (_, part) => `${sessionId}#${String(part + 1)}`),
  );
}

type Call = 'open' | 'signPart' | 'putPart' | 'complete';

/** A daemon that is gone at that call, before it went out or after it was answered: it does nothing any more. */
function goneAt(call: Call, when: 'before' | 'after', nth: number, onGone: () => void) {
  let calls = 0;
  return (portal: UploadPortal): UploadPortal => ({
    ...portal,
    [call]: async (...all: unknown[]) => {
      calls += 1;
      const isHere = calls === nth;
      const signal = all.at(-1) as AbortSignal;
      const asIs = portal as unknown as Record<Call, (...rest: unknown[]) => Promise<unknown>>;
      const answer = isHere && when === 'before' ? undefined : await asIs[call](...all);
      if (!isHere) return answer;
      onGone();
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    },
  });
}

const STEPS = [
  ['before it opened the upload', 'open', 'before', 1],
  ['after the portal opened it', 'open', 'after', 1],
  ['after a part was signed', 'signPart', 'after', 1],
  ['after a part was stored, before it was written down', 'putPart', 'after', 1],
  ['after the last part was stored', 'putPart', 'after', 2],
  ['before it asked to complete', 'complete', 'before', 1],
  ['after the portal completed it, before it was written down', 'complete', 'after', 1],
] as const;
const JOURNALS = [
  ['its journal', true],
  ['an empty database', false],
] as const;
const LAYOUTS = [
  ['the index first', HEADER_ROOM],
  ['the index last', INDEX_LAST_ROOM_BYTES],
] as const;

describe.each([
  ['the portal’s folder', JOURNALS],
  // What the store lists is all there is to know.
  ['an S3 service', JOURNALS.filter(([, keepsJournal]) => !keepsJournal)],
] as const)('with %s', (storage, journals) => {
  let s3: TestS3 | undefined;
  let stored: TestDelivery;
  beforeAll(async () => {
    s3 = storage === 'an S3 service' ? await openTestS3() : undefined;
    stored = await openTestDelivery(s3 === undefined ? {} : { s3: s3.settings });
  });
  afterAll(async () => {
    await stored.close();
    await s3?.server.close();
  });

  /** `sent`: what the store took, as `<object>#<part number>`. */
  function openCounted(store: Store, sent: string[], wrap = (portal: UploadPortal) => portal): TestEdge {
    const counted = (portal: UploadPortal): UploadPortal => ({
      ...portal,
      async putPart(part, ...rest) {
        await portal.putPart(part, ...rest);
        const { pathname, searchParams } = new URL(part.url, stored.origin);
        sent.push(`${pathname.split('/').at(-2) ?? ''}#${searchParams.get('partNumber') ?? ''}`);
      },
    });
    const edge = openTestEdge(stored.client, store, { wrap: (portal) => wrap(counted(portal)) });
    edges.push(edge);
    return edge;
  }

  test.each(
    STEPS.flatMap((step) =>
      LAYOUTS.flatMap((layout) => journals.map((journal) => [...step, ...layout, ...journal] as const)),
    ),
  )(
    'an edge that is killed %s (%s %s, call %i), %s (%i), and comes back with %s sends nothing twice',
    async (_where, call, when, nth, _layout, room, _what, keepsJournal) => {
      const movie = createTestMovie(await stored.addSession(), PART + 1_000_000, room);
      const { sessionId } = movie.view;
      const store = openStore(':memory:');
      const sent: string[] = [];
      const gone = Promise.withResolvers<undefined>();
      const killed = openCounted(
        store,
        sent,
        goneAt(call, when, nth, () => gone.resolve(undefined)),
      );
      // What of part 1 may go up before the end does.
      movie.growTo(PART);
      killed.uploader.add(movie.view);
      if (room === INDEX_LAST_ROOM_BYTES)
        await Promise.race([gone.promise, killed.reached(sessionId, PART - room)]);
      movie.finish();
      killed.uploader.nudge(sessionId);
      await gone.promise;
      await killed.stop();

      const restarted = openCounted(keepsJournal ? store : openStore(':memory:'), sent);
      restarted.uploader.add(movie.view);
      await restarted.confirmed(sessionId);
      expect(sent.toSorted()).toEqual([`${sessionId}#1`, `${sessionId}#2`]);
      const answer = await fetch(`${stored.origin}/api/video/files/${sessionId}/download`, {
        headers: { authorization: `Bearer ${stored.owner.token}` },
      });
      expect(hashOf(Buffer.from(await answer.arrayBuffer()))).toBe(hashOf(movie.bytes));
    },
  );
});

test('an edge that is killed in the middle of a part sends that part again, and no other', async () => {
  const movie = createTestMovie(await delivery.addSession(), 2 * PART);
  movie.finish();
  const store = openStore(':memory:');
  const halfway = Promise.withResolvers<undefined>();
  let puts = 0;
  delivery.setFault(async (request, pass) => {
    if (request.method !== 'PUT') return pass(request);
    puts += 1;
    if (puts !== 2) return pass(request);
    const reader = request.body?.getReader();
    await reader?.read();
    halfway.resolve(undefined);
    return new Promise(() => undefined);
  });
  const killed = openEdge(store);
  killed.uploader.add(movie.view);
  await halfway.promise;
  await killed.stop();
  const restarted = openEdge(store);
  restarted.uploader.add(movie.view);
  await restarted.confirmed(movie.view.sessionId);
  expect(puts).toBe(4);
  await expectOnce(movie);
});

test.each([
  ['in 1999', Date.UTC(1999, 0, 1)],
  ['in 2099', Date.UTC(2099, 0, 1)],
])('a device whose clock stands %s uploads like any other [aws-sdk-ios 541]', async (_what, nowMs) => {
  const movie = createTestMovie(await delivery.addSession(), PART);
  movie.finish();
  const edge = openEdge(openStore(':memory:'), { clock: { ...systemClock, nowMs: () => nowMs } });
  edge.uploader.add(movie.view);
  await edge.confirmed(movie.view.sessionId);
  await expectOnce(movie);
});

test('what keeps the store from taking a part is said on the match that waits, until it is taken', async () => {
  const movie = createTestMovie(await delivery.addSession(), PART);
  movie.finish();
  const { sessionId } = movie.view;
  const { db } = delivery.portal.app.services;
  const findTrouble = async (): Promise<string | null | undefined> =>
    (
      await db
        .selectFrom('match_session')
        .select('storage_trouble')
        .where('id', '=', sessionId)
        .executeTakeFirst()
    )?.storage_trouble;
  let isFull = true;
  delivery.setFault(async (request, pass) =>
    isFull && request.method === 'PUT' ? new Response('full', { status: 507 }) : pass(request),
  );
  const edge = openEdge(openStore(':memory:'));
  edge.uploader.add(movie.view);
  await expect.poll(findTrouble, { timeout: 30_000 }).toBe('full');
  isFull = false;
  await edge.confirmed(sessionId);
  expect(await findTrouble()).toBeNull();
  await expectOnce(movie);
});
