/** Sixteen courts stop in the same second, the club's line breaks in the middle of their parts, and the box is rebooted. */
import { createHash } from 'node:crypto';
import { UPLOAD_PART_BYTES } from '@padelvar/shared/limits';
import { INDEX_LAST_ROOM_BYTES } from '@padelvar/shared/mp4/movie-header';
import { afterEach, expect, test } from 'vitest';
import { openStore } from '../../edge/src/store/database.ts';
import type { UploadPortal } from '../../edge/src/upload/upload-portal.ts';
import { createManualClock } from '../../edge/test/support/manual-clock.ts';
import { openCutProxy } from './support/cut-proxy.ts';
import type { CutProxy } from './support/cut-proxy.ts';
import { createTestMovie, HEADER_ROOM, openTestDelivery, openTestEdge } from './support/delivery.ts';
import type { TestDelivery, TestEdge, TestMovie } from './support/delivery.ts';
import { openTestS3 } from './support/s3.ts';
import { STORES, type StoreKind } from './support/stores.ts';

const PART = UPLOAD_PART_BYTES;
const COURTS = 16;
/** Of some 70 MB: several parts have arrived by then, and one is half on its way. */
const CUT_AFTER_BYTES = 5.5 * PART;
const WAIT = { timeout: 60_000, interval: 20 };

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** The line of the club, to the portal and to its store. */
interface Line {
  delivery: TestDelivery;
  portal: CutProxy;
  /** That which parts go by. */
  parts: CutProxy;
}

async function openLine(kind: StoreKind): Promise<Line> {
  const s3 = kind === 's3' ? await openTestS3() : undefined;
  if (s3 !== undefined) cleanUps.push(() => s3.server.close());
  const store = s3 && (await openCutProxy(s3.settings.endpoint ?? ''));
  if (store !== undefined) cleanUps.push(() => store.close());
  const delivery = await openTestDelivery(s3 && store && { s3: { ...s3.settings, endpoint: store.origin } });
  cleanUps.push(() => delivery.close());
  const portal = await openCutProxy(delivery.origin);
  cleanUps.push(() => portal.close());
  return { delivery, portal, parts: store ?? portal };
}

async function recordAll(delivery: TestDelivery): Promise<TestMovie[]> {
  const movies: TestMovie[] = [];
  for (let court = 0; court < COURTS; court += 1) {
    // Both layouts, and some within one part.
    const room = court % 2 === 0 ? HEADER_ROOM : INDEX_LAST_ROOM_BYTES;
    const payloadBytes = court % 4 === 3 ? 900_000 : PART + 500_000;
    const movie = createTestMovie(await delivery.addSession(), payloadBytes, room);
    movie.growTo(PART + 200_000);
    movies.push(movie);
  }
  return movies;
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function expectOnce({ origin, owner }: TestDelivery, movie: TestMovie, sent: string[]): Promise<void> {
  const { sessionId } = movie.view;
  const headers = { authorization: `Bearer ${owner.token}` };
  const answer = await fetch(`${origin}/api/video/files/${sessionId}/download`, { headers });
  expect(hashOf(await answer.bytes())).toBe(hashOf(movie.bytes));
  const own = sent.filter((name) => name.startsWith(`${sessionId}#`));
  expect(new Set(own).size).toBe(own.length);
}

const countParts = (movies: readonly TestMovie[]): number =>
  movies.reduce((sum, { bytes }) => sum + Math.ceil(bytes.length / PART), 0);

test.each(STORES)(
  '16 courts that stop in the same second, a network that breaks for ten minutes and a reboot before it is back: every match once, store %s [ant-media 2598]',
  async (kind) => {
    const { delivery, portal, parts } = await openLine(kind);
    const movies = await recordAll(delivery);
    const clock = createManualClock();
    const sent: string[] = [];
    let broken = 0;
    const counted = (uploads: UploadPortal): UploadPortal => ({
      ...uploads,
      async putPart(part, ...rest) {
        await uploads.putPart(part, ...rest).catch((error: unknown) => {
          broken += 1;
          throw error;
        });
        const { pathname, searchParams } = new URL(part.url, delivery.origin);
        sent.push(`${pathname.split('/').at(-2) ?? ''}#${searchParams.get('partNumber') ?? ''}`);
      },
    });
    const journal = openStore(':memory:');
    const boot = (): TestEdge => {
      const edge = openTestEdge(delivery.clientAt(portal.origin), journal, { clock, wrap: counted });
      cleanUps.push(() => edge.stop());
      for (const { view } of movies) edge.uploader.add(view);
      return edge;
    };
    /** Five minutes in which all that is tried fails. */
    const waitInVain = async (): Promise<void> => {
      const before = portal.refused;
      for (let second = 0; second < 300; second += 10) await clock.advance(10_000);
      await expect
        .poll(() => clock.advance(10_000).then(() => portal.refused), WAIT)
        .toBeGreaterThan(before + 2);
    };

    const cut = parts.breakAfter(CUT_AFTER_BYTES);
    const edge = boot();
    for (const [court, movie] of movies.entries()) {
      if (court % 2 === 1) movie.outgrow(40_000);
      movie.finish();
      edge.uploader.nudge(movie.view.sessionId);
    }
    await cut;
    portal.break();
    await expect.poll(() => broken).toBeGreaterThan(0);
    const before = [...sent];
    expect(before.length).toBeGreaterThan(2);
    await waitInVain();
    await edge.stop();

    const rebooted = boot();
    await waitInVain();
    expect(sent).toEqual(before);
    for (const line of [portal, parts]) line.mend();
    let stored = 0;
    for (const { view } of movies) void rebooted.confirmed(view.sessionId).then(() => (stored += 1));
    await expect.poll(() => clock.advance(1_000).then(() => stored), WAIT).toBe(COURTS);
    // Of a part that arrived as the line broke only the store knows: it is not sent again.
    const taken = kind === 'folder' ? delivery.taken : sent;
    for (const movie of movies) await expectOnce(delivery, movie, taken);
    expect(countParts(movies) - taken.length).toBeLessThanOrEqual(kind === 'folder' ? 0 : broken);
  },
);
