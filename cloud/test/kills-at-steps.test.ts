/**
 * The portal and the storage go away at every step at which the one asks something of the other: the match is there once
 * all the same, no confirmed part was sent twice, and nothing that was begun in vain stays for ever.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { UPLOAD_PART_BYTES } from '@padelvar/shared/limits';
import { INDEX_LAST_ROOM_BYTES } from '@padelvar/shared/mp4/movie-header';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../edge/src/base/clock.ts';
import { silentLogger } from '../../edge/src/base/log.ts';
import { createUploadPortal } from '../../edge/src/link/upload-portal.ts';
import { openStore } from '../../edge/src/store/database.ts';
import type { Store } from '../../edge/src/store/database.ts';
import { createUploadStore } from '../../edge/src/store/uploads.ts';
import { createSideUploads } from '../../edge/src/upload/side-uploads.ts';
import type { UploadPortal } from '../../edge/src/upload/upload-portal.ts';
import { isLongRun } from '../../edge/test/support/figures.ts';
import type { ObjectStore } from '../src/lib/server/storage/object-store.ts';
import { createTestMovie, HEADER_ROOM, openTestDelivery, openTestEdge } from './support/delivery.ts';
import type { TestDelivery, TestEdge, TestMovie } from './support/delivery.ts';
import { openTestS3 } from './support/s3.ts';
import type { TestS3 } from './support/s3.ts';
import { openTestStore, STORES } from './support/stores.ts';
import type { TestStore } from './support/stores.ts';
import { openUnrulyProxy } from './support/unruly-proxy.ts';
import type { UnrulyProxy } from './support/unruly-proxy.ts';

const PART = UPLOAD_PART_BYTES;
const THUMBNAIL = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.alloc(1_000, 7)]);
/** As if the nightly sweep came when all that is there now is old. */
const IN_A_MINUTE_MS = -60_000;

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** An uploader that counts what the store took of it, as `<object>#<part number>`. */
function openEdge({ client, origin }: TestDelivery, journal: Store, sent: string[]): TestEdge {
  const wrap = (portal: UploadPortal): UploadPortal => ({
    ...portal,
    async putPart(part, ...rest) {
      await portal.putPart(part, ...rest);
      const { pathname, searchParams } = new URL(part.url, origin);
      sent.push(`${pathname.split('/').at(-2) ?? ''}#${searchParams.get('partNumber') ?? ''}`);
    },
  });
  const edge = openTestEdge(client, journal, { wrap });
  cleanUps.push(() => edge.stop());
  return edge;
}

/** Sends the thumbnail of a movie that is confirmed; resolves once it has arrived. */
async function sendThumbnail({ client }: TestDelivery, journal: Store, sessionId: string): Promise<void> {
  const portal = createUploadPortal(client);
  const store = createUploadStore(journal);
  const sides = createSideUploads({
    ...{ portal, store, clock: systemClock, log: silentLogger },
    files: { list: () => Promise.resolve(['thumbnail.jpg']), read: () => Promise.resolve(THUMBNAIL) },
  });
  cleanUps.push(async () => {
    await sides.close();
    portal.close();
  });
  sides.add(sessionId);
  await expect
    .poll(() => store.find(sessionId)?.sideFiles, { timeout: 30_000, interval: 20 })
    .toEqual(['thumbnail.jpg']);
}

/** A match from its first part to the picture beside it, its edge rebooted in between. */
async function bringToLibrary(delivery: TestDelivery, room: number) {
  const movie = createTestMovie(await delivery.addSession(), 2 * PART, room);
  const { sessionId } = movie.view;
  const [journal, sent] = [openStore(':memory:'), [] as string[]];
  const edge = openEdge(delivery, journal, sent);
  movie.growTo(2 * PART);
  edge.uploader.add(movie.view);
  await edge.reached(sessionId, PART);
  await edge.stop();
  const rebooted = openEdge(delivery, journal, sent);
  movie.finish();
  rebooted.uploader.add(movie.view);
  await rebooted.confirmed(sessionId);
  await sendThumbnail(delivery, journal, sessionId);
  return { movie, sent };
}

const listUploads = async ({ portal }: TestDelivery, sessionId: string): Promise<string[]> =>
  (await Array.fromAsync(portal.app.services.store.listUploads()))
    .map(({ key }) => key)
    .filter((key) => key.includes(sessionId));
const listObjects = async ({ portal }: TestDelivery, sessionId: string): Promise<string[]> =>
  (await Array.fromAsync(portal.app.services.store.list()))
    .map(({ key }) => key)
    .filter((key) => key.includes(sessionId));

async function expectOnce(delivery: TestDelivery, { view, bytes }: TestMovie, sent: string[]): Promise<void> {
  const { sessionId } = view;
  const read = async (name: string): Promise<string> => {
    const headers = { authorization: `Bearer ${delivery.owner.token}` };
    const answer = await fetch(`${delivery.origin}/api/video/files/${sessionId}/${name}`, { headers });
    expect(answer.status).toBe(200);
    return hashOf(await answer.bytes());
  };
  expect(await read('download')).toBe(hashOf(bytes));
  expect(await read('thumbnail.jpg')).toBe(hashOf(THUMBNAIL));
  expect(sent.toSorted()).toEqual([1, 2, 3].map((part) => `${sessionId}#${String(part)}`));
  await delivery.portal.app.services.uploads.abortUnknown(IN_A_MINUTE_MS);
  expect(await listUploads(delivery, sessionId)).toEqual([]);
  const movies = (await listObjects(delivery, sessionId)).filter((key) => key.endsWith('.mp4'));
  expect(movies).toHaveLength(1);
}

type Call = 'createUpload' | 'listParts' | 'signPart' | 'put';

/** From that call on the portal does nothing more; what it had asked of the store may have been done. */
function dieAt(store: ObjectStore, call: Call, when: 'before' | 'after', nth: number, onDead: () => void) {
  const calls = store as unknown as Record<Call, (...all: unknown[]) => Promise<unknown>>;
  const asIs = calls[call].bind(store);
  let count = 0;
  calls[call] = async (...all) => {
    count += 1;
    if (count !== nth) return asIs(...all);
    if (when === 'after') await asIs(...all);
    onDead();
    return new Promise(() => undefined);
  };
}

const PORTAL_STEPS = [
  ['before the store began its upload', 'createUpload', 'before', 1, HEADER_ROOM],
  ['between the upload that the store began and its row', 'createUpload', 'after', 1, HEADER_ROOM],
  [
    'between the upload for the payload of part 1 and its row',
    'createUpload',
    'after',
    2,
    INDEX_LAST_ROOM_BYTES,
  ],
  ['before it had the list of parts', 'listParts', 'before', 1, HEADER_ROOM],
  ['between the row of a part and its address', 'signPart', 'before', 1, HEADER_ROOM],
  ['before the address of a part was answered', 'signPart', 'after', 2, HEADER_ROOM],
  ['before the store had the file beside it', 'put', 'before', 1, HEADER_ROOM],
  ['between the file beside it and its row', 'put', 'after', 1, HEADER_ROOM],
] as const;

// What the portal does is the same with both stores, and so is what their contract says of them.
describe.each(isLongRun ? STORES : STORES.slice(0, 1))('a match whose portal is killed, store %s', (kind) => {
  let backing: TestStore;
  let delivery: TestDelivery;
  beforeAll(async () => {
    backing = await openTestStore(kind);
    delivery = await openTestDelivery(backing.settings);
  });
  afterAll(async () => {
    await delivery.close();
    await backing.close();
  });

  test.each(PORTAL_STEPS)(
    '%s is in the library once (%s, %s, call %i)',
    async (_where, call, when, nth, room) => {
      const restarted = Promise.withResolvers<undefined>();
      dieAt(delivery.portal.app.services.store, call, when, nth, () => {
        delivery.restart().then(() => restarted.resolve(undefined), restarted.reject);
      });
      const { movie, sent } = await bringToLibrary(delivery, room);
      await restarted.promise;
      await expectOnce(delivery, movie, sent);
    },
  );
});

/** What the portal asks of an S3 service, known by the request. */
const isCreate = ({ method, url = '' }: IncomingMessage): boolean =>
  method === 'POST' && /[?&]uploads\b/.test(url);
const isListParts = ({ method, url = '' }: IncomingMessage): boolean =>
  method === 'GET' && url.includes('uploadId=');
const isSideFile = ({ method, url = '' }: IncomingMessage): boolean =>
  method === 'PUT' && url.includes('-thumbnail.jpg');
const isAbort = ({ method, url = '' }: IncomingMessage): boolean =>
  method === 'DELETE' && url.includes('uploadId=');
const isDelete = ({ method, url = '' }: IncomingMessage): boolean =>
  method === 'DELETE' && !url.includes('uploadId=');

/** The SDK's. */
const CLIENT_TRIES = 2;
const MOMENTS = ['before it did it', 'when it had done it'] as const;
/** A kill takes seconds; to the portal it is a broken connection, and then one that nobody answers. */
const ENDS = isLongRun ? (['cut off', 'killed'] as const) : (['cut off'] as const);

describe.each(ENDS)('a storage that is %s', (end) => {
  let s3: TestS3;
  let proxy: UnrulyProxy;
  let delivery: TestDelivery;
  beforeAll(async () => {
    s3 = await openTestS3();
    proxy = await openUnrulyProxy(s3.server.endpoint);
    delivery = await openTestDelivery({ s3: { ...s3.settings, endpoint: proxy.endpoint } });
  });
  afterAll(async () => {
    await delivery.close();
    await proxy.close();
    await s3.server.close();
  });
  afterEach(() => proxy.behave(undefined));

  /** At the first such request, and at its repetition by the portal's own client. */
  function breakAt(isMeant: (request: IncomingMessage) => boolean, moment: (typeof MOMENTS)[number]) {
    const broken = Promise.withResolvers<undefined>();
    let left = end === 'killed' ? 1 : CLIENT_TRIES;
    let isDown = false;
    const isCut = (request: IncomingMessage): boolean => {
      if (isDown) return true;
      if (left === 0 || !isMeant(request)) return false;
      left -= 1;
      if (end === 'killed') {
        isDown = true;
        s3.server.killAndRestart().then(() => {
          isDown = false;
          broken.resolve(undefined);
        }, broken.reject);
      } else if (left === 0) broken.resolve(undefined);
      return true;
    };
    const instead = (request: IncomingMessage, response: ServerResponse): boolean => {
      if (!isCut(request)) return false;
      response.destroy();
      return true;
    };
    proxy.behave(moment === 'before it did it' ? { instead } : { isLost: isCut });
    return broken.promise;
  }

  test.each(
    (
      [
        ['it was asked to begin an upload', isCreate],
        ['it was asked which parts it has', isListParts],
        ['it was given a file beside a movie', isSideFile],
      ] as const
    ).flatMap(([what, isMeant]) => MOMENTS.map((moment) => [what, moment, isMeant] as const)),
  )('when %s, %s, has the match once', async (_what, moment, isMeant) => {
    const broken = breakAt(isMeant, moment);
    const { movie, sent } = await bringToLibrary(delivery, HEADER_ROOM);
    await broken;
    await expectOnce(delivery, movie, sent);
  });

  test.each(
    (
      [
        ['give an upload up', isAbort],
        ['delete an object', isDelete],
      ] as const
    ).flatMap(([what, isMeant]) => MOMENTS.map((moment) => [what, moment, isMeant] as const)),
  )(
    'when it was asked to %s, %s, keeps nothing of a match that was deleted',
    async (_what, moment, isMeant) => {
      const movie = createTestMovie(await delivery.addSession(), 2 * PART);
      const { sessionId } = movie.view;
      const edge = openEdge(delivery, openStore(':memory:'), []);
      movie.growTo(2 * PART);
      edge.uploader.add(movie.view);
      await edge.reached(sessionId, PART);
      const { files } = delivery.portal.app.services;
      const broken = breakAt(isMeant, moment);
      await expect(files.delete(sessionId, delivery.owner)).rejects.toMatchObject({
        kind: 'storage_unreachable',
      });
      await broken;
      expect(await listUploads(delivery, sessionId)).toHaveLength(
        isMeant === isAbort && moment === 'before it did it' ? 1 : 0,
      );
      await files.sweep();
      movie.finish();
      edge.uploader.nudge(sessionId);
      await edge.confirmed(sessionId);
      expect(edge.gone).toEqual([sessionId]);
      expect([
        ...(await listUploads(delivery, sessionId)),
        ...(await listObjects(delivery, sessionId)),
      ]).toEqual([]);
    },
  );
});
