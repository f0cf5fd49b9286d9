import { createHash } from 'node:crypto';
import { AppError } from '@padelvar/shared/errors';
import { UPLOAD_PART_BYTES } from '@padelvar/shared/limits';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../edge/src/base/clock.ts';
import { INDEX_LAST_ROOM_BYTES } from '@padelvar/shared/mp4/movie-header';
import { openStore } from '../../edge/src/store/database.ts';
import type { Store } from '../../edge/src/store/database.ts';
import type { UploadPortal } from '../../edge/src/upload/upload-portal.ts';
import { createManualClock } from '../../edge/test/support/manual-clock.ts';
import { createTestMovie, HEADER_ROOM, openTestDelivery, openTestEdge } from './support/delivery.ts';
import type { TestDelivery, TestEdge, TestEdgeOptions, TestMovie } from './support/delivery.ts';

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

async function expectOnce(movie: TestMovie): Promise<void> {
  const { sessionId } = movie.view;
  const answer = await fetch(`${delivery.origin}/api/video/files/${sessionId}/download`, {
    headers: { authorization: `Bearer ${delivery.owner.token}` },
  });
  const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
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

test.each(STEPS.flatMap((step) => JOURNALS.map((journal) => [...step, ...journal] as const)))(
  'an edge that is killed %s (%s %s, call %i) and comes back with %s sends nothing twice',
  async (_where, call, when, nth, _what, keepsJournal) => {
    const movie = createTestMovie(await delivery.addSession(), PART + 1_000_000);
    movie.finish();
    const store = openStore(':memory:');
    const gone = Promise.withResolvers<undefined>();
    const killed = openEdge(store, { wrap: goneAt(call, when, nth, () => gone.resolve(undefined)) });
    killed.uploader.add(movie.view);
    await gone.promise;
    await killed.stop();

    const restarted = openEdge(keepsJournal ? store : openStore(':memory:'));
    restarted.uploader.add(movie.view);
    await restarted.confirmed(movie.view.sessionId);
    await expectOnce(movie);
  },
);

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

test('16 courts that stop in the same second, a network that is cut for ten minutes and a reboot: every match once', async () => {
  const store = openStore(':memory:');
  const movies: TestMovie[] = [];
  for (let court = 0; court < 16; court += 1) {
    // Both layouts, and some within one part.
    const room = court % 2 === 0 ? HEADER_ROOM : INDEX_LAST_ROOM_BYTES;
    const movie = createTestMovie(
      await delivery.addSession(),
      court % 4 === 3 ? 900_000 : PART + 500_000,
      room,
    );
    movie.growTo(PART + 200_000);
    movies.push(movie);
  }
  const clock = createManualClock();
  let isCut = false;
  let refused = 0;
  const cut = (): Promise<never> => {
    refused += 1;
    return Promise.reject(new AppError('timeout', 'the portal could not be reached'));
  };
  const behindCut = (portal: UploadPortal): UploadPortal => ({
    ...portal,
    open: (...all) => (isCut ? cut() : portal.open(...all)),
    signPart: (...all) => (isCut ? cut() : portal.signPart(...all)),
    putPart: (...all) => (isCut ? cut() : portal.putPart(...all)),
    complete: (...all) => (isCut ? cut() : portal.complete(...all)),
  });
  const edge = openEdge(store, { clock, wrap: behindCut });
  for (const movie of movies) edge.uploader.add(movie.view);
  for (const [court, movie] of movies.entries()) {
    if (court % 2 === 1) movie.outgrow(40_000);
    movie.finish();
    edge.uploader.nudge(movie.view.sessionId);
  }
  await expect.poll(() => delivery.taken.length, { timeout: 30_000 }).toBeGreaterThan(5);
  isCut = true;
  for (let second = 0; second < 600; second += 10) await clock.advance(10_000);
  // What was on its way ends in its own time; one movie tries for all from then on.
  const tries = { timeout: 30_000, interval: 20 };
  await expect.poll(() => clock.advance(10_000).then(() => refused), tries).toBeGreaterThan(16);
  const before = [...delivery.taken];
  await edge.stop();

  isCut = false;
  const rebooted = openEdge(store);
  for (const movie of movies) rebooted.uploader.add(movie.view);
  await Promise.all(movies.map(({ view }) => rebooted.confirmed(view.sessionId)));
  expect(delivery.taken.slice(0, before.length)).toEqual(before);
  for (const movie of movies) await expectOnce(movie);
});

test.each([
  ['in 1999', Date.UTC(1999, 0, 1)],
  ['in 2099', Date.UTC(2099, 0, 1)],
])('a device whose clock stands %s uploads like any other', async (_what, nowMs) => {
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
