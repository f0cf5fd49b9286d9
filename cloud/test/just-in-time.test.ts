/** Addresses of parts are signed when their part goes, each for that part alone, and live for 15 minutes by the portal's clock. */
import { createHash } from 'node:crypto';
import { UPLOAD_PART_BYTES } from '@padelvar/shared/limits';
import { afterEach, expect, test } from 'vitest';
import { openStore } from '../../edge/src/store/database.ts';
import type { UploadPortal } from '../../edge/src/upload/upload-portal.ts';
import { createTestMovie, openTestDelivery, openTestEdge } from './support/delivery.ts';
import type { TestDelivery, TestMovie } from './support/delivery.ts';
import { createManualClock } from './support/manual-clock.ts';
import type { ManualClock } from './support/manual-clock.ts';
import { openTestS3 } from './support/s3.ts';

const MINUTE_MS = 60_000;
const LIFE_MS = 15 * MINUTE_MS;
const PARTS = 6;

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

interface Signed {
  part: number;
  signature: string;
  ageMs: number;
}

/** A device whose uploads are seen: each signature, and how old it was when its part went. */
async function openSeen(
  delivery: TestDelivery,
  clock: Pick<ManualClock, 'nowMs'>,
  onPut: (nth: number) => Promise<void>,
  parts = PARTS,
) {
  const signed = new Map<string, number>();
  const puts: Signed[] = [];
  const wrap = (portal: UploadPortal): UploadPortal => ({
    ...portal,
    async signPart(...asked) {
      const answer = await portal.signPart(...asked);
      signed.set(answer.url, clock.nowMs());
      return answer;
    },
    async putPart(part, ...rest) {
      const url = new URL(part.url, delivery.origin);
      puts.push({
        part: Number(url.searchParams.get('partNumber')),
        signature: url.search,
        ageMs: clock.nowMs() - (signed.get(part.url) ?? 0),
      });
      await onPut(puts.length);
      await portal.putPart(part, ...rest);
    },
  });
  const edge = openTestEdge(delivery.client, openStore(':memory:'), { wrap });
  cleanUps.push(() => edge.stop());
  const movie = createTestMovie(await delivery.addSession(), parts * UPLOAD_PART_BYTES - 200_000);
  movie.finish();
  edge.uploader.add(movie.view);
  return { edge, movie, puts };
}

async function expectStored(delivery: TestDelivery, { view, bytes }: TestMovie): Promise<void> {
  const answer = await fetch(`${delivery.origin}/api/video/files/${view.sessionId}/download`, {
    headers: { authorization: `Bearer ${delivery.owner.token}` },
  });
  const hashOf = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');
  expect(hashOf(Buffer.from(await answer.arrayBuffer()))).toBe(hashOf(bytes));
}

test('an upload that lasts longer than any address lives has one address for each part [s3fs-fuse 1042]', async () => {
  const clock = createManualClock();
  const delivery = await openTestDelivery({ clock });
  cleanUps.push(() => delivery.close());
  const { edge, movie, puts } = await openSeen(delivery, clock, () => clock.advance(4 * MINUTE_MS));
  await edge.confirmed(movie.view.sessionId);
  expect(PARTS * 4 * MINUTE_MS).toBeGreaterThan(LIFE_MS);
  expect(puts.map(({ part }) => part)).toEqual([2, 3, 4, 5, 6, 1]);
  expect(new Set(puts.map(({ signature }) => signature)).size).toBe(PARTS);
  // Signed for it, and at once.
  expect(puts.map(({ ageMs }) => ageMs)).toEqual(Array.from({ length: PARTS }, () => 0));
  await expectStored(delivery, movie);
}, 60_000);

test('an address that ran out before its part went is refused, and the part goes by a new one [s3_multipart 37]', async () => {
  const clock = createManualClock();
  const delivery = await openTestDelivery({ clock });
  cleanUps.push(() => delivery.close());
  const { edge, movie, puts } = await openSeen(delivery, clock, (nth) =>
    nth === 3 ? clock.advance(LIFE_MS + MINUTE_MS) : Promise.resolve(),
  );
  await edge.confirmed(movie.view.sessionId);
  expect(puts.map(({ part }) => part)).toEqual([2, 3, 4, 4, 5, 6, 1]);
  expect(new Set(puts.map(({ signature }) => signature)).size).toBe(puts.length);
  await expectStored(delivery, movie);
}, 60_000);

test('an S3 service that refuses an address that ran out is asked by a new one', async () => {
  // The service goes by its own clock: by the portal's, addresses ran out a minute ago.
  const clock = createManualClock(Date.now() - LIFE_MS - MINUTE_MS);
  const s3 = await openTestS3();
  cleanUps.push(() => s3.server.close());
  const delivery = await openTestDelivery({ clock, s3: s3.settings });
  cleanUps.push(() => delivery.close());
  const passingMs = [1_000, LIFE_MS + MINUTE_MS];
  const pass = (nth: number): Promise<void> => clock.advance(passingMs[nth - 1] ?? 0);
  const { edge, movie, puts } = await openSeen(delivery, clock, pass, 2);
  await edge.confirmed(movie.view.sessionId);
  // Refused, signed and refused once more while the clock was set, and then by a third.
  expect(puts.map(({ part }) => part)).toEqual([2, 2, 2, 1]);
  expect(new Set(puts.map(({ signature }) => signature)).size).toBe(puts.length);
  await expectStored(delivery, movie);
}, 60_000);
