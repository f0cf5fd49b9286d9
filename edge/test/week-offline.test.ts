/** Days offline on a disk that is as good as full: what upload and retention alone do. The whole daemon is in week-away. */
import { createHash } from 'node:crypto';
import { AppError } from '@padelvar/shared/errors';
import { UPLOAD_PART_BYTES } from '@padelvar/shared/limits';
import { expect, test } from 'vitest';
import { silentLogger } from '../src/base/log.ts';
import type { MovieView } from '../src/recording/movie-view.ts';
import { openStore } from '../src/store/database.ts';
import { createUploadStore } from '../src/store/uploads.ts';
import { createRetention } from '../src/upload/retention.ts';
import type { UploadPortal } from '../src/upload/upload-portal.ts';
import { createUploader } from '../src/upload/uploader.ts';
import { isLongRun, tellFigures } from './support/figures.ts';
import { collectGarbage } from './support/garbage.ts';
import { createManualClock } from './support/manual-clock.ts';

const DAYS = isLongRun ? 7 : 1;
const COURTS = 16;
const HOUR_MS = 3_600_000;
/** A match every 90 minutes from 8 to 23 o'clock. */
const MATCHES_A_DAY = 10;
const BYTES = 50_000;
/** With every match of the week waiting. */
const MOST_GROWTH_MIB = isLongRun ? 8 : 2;

/** A portal that takes whole movies, each within one part, or can't be reached. */
function createPortal() {
  const stored: string[] = [];
  const hashes = new Map<string, string>();
  let attempts = 0;
  let isReachable = false;
  const answer = <Answer>(value: Answer): Promise<Answer> => {
    attempts += 1;
    if (isReachable) return Promise.resolve(value);
    return Promise.reject(new AppError('timeout', 'the portal could not be reached'));
  };
  const portal: UploadPortal = {
    open: (sessionId) =>
      answer({
        sessionId,
        uploadId: sessionId,
        partBytes: UPLOAD_PART_BYTES,
        maxParts: 100,
        state: 'open',
        parts: [],
      }),
    signPart: (sessionId) => answer({ url: sessionId, headers: {}, expiresInSeconds: 60 }),
    putPart: ({ url }, bytes) =>
      answer(undefined).then(() => void hashes.set(url, createHash('md5').update(bytes).digest('hex'))),
    complete: (sessionId, { totalBytes }) =>
      answer(totalBytes).finally(() => isReachable && stored.push(sessionId)),
    putSideFile: () => answer(undefined),
    abandon: () => answer(undefined),
  };
  return {
    portal,
    stored,
    hashes,
    get attempts() {
      return attempts;
    },
    comeBack: () => void (isReachable = true),
  };
}

function bytesOf(sessionId: string): Buffer {
  return Buffer.alloc(BYTES, createHash('md5').update(sessionId).digest());
}

function finishedView(sessionId: string): MovieView {
  const movie = { durationMs: 1, frames: 1, codec: 'avc1', width: 2, height: 2 };
  return {
    ...{ sessionId, payloadOffset: 100, grownTo: () => BYTES },
    finished: () => ({ totalBytes: BYTES, movie }),
    read: (offset, length) => Promise.resolve(bytesOf(sessionId).subarray(offset, offset + length)),
  };
}

test(`${String(DAYS)} days without internet at ${String(COURTS)} courts: a full disk takes nothing that is not stored, and all drains in order`, async () => {
  const clock = createManualClock();
  const far = createPortal();
  const store = createUploadStore(openStore(':memory:'));
  const onDisk = new Set<string>();
  const removed: string[] = [];
  const uploader = createUploader({
    ...{ portal: far.portal, store, clock, log: silentLogger },
    ...{ onProgress: () => undefined, onConfirmed: () => undefined },
  });
  const retention = createRetention({
    ...{ clock, log: silentLogger, keepMs: () => 48 * HOUR_MS },
    copies: () =>
      [...onDisk].map((sessionId) => {
        const confirmedAtMs = store.find(sessionId)?.confirmedAtMs;
        return { sessionId, bytes: BYTES, confirmedAtMs, isSettled: true };
      }),
    // The disk is as good as full all the time.
    ...{ freeBytes: () => Promise.resolve(0), wantedFreeBytes: () => Promise.resolve(BYTES) },
    remove: (sessionId) => Promise.resolve(void onDisk.delete(sessionId)),
    onRemoved: (sessionId) => void removed.push(sessionId),
  });
  const played: string[] = [];
  await collectGarbage();
  const heapBefore = process.memoryUsage().heapUsed;
  for (let day = 0; day < DAYS; day += 1) {
    for (let match = 0; match < MATCHES_A_DAY; match += 1) {
      await clock.advance(1.5 * HOUR_MS);
      for (let court = 1; court <= COURTS; court += 1) {
        const sessionId = `sess_club_c${String(court)}_${String(Math.floor(clock.nowMs() / 1000) + court)}`;
        played.push(sessionId);
        onDisk.add(sessionId);
        uploader.add(finishedView(sessionId));
      }
    }
    await clock.advance(9 * HOUR_MS);
  }
  await collectGarbage();
  const heapMiB = (process.memoryUsage().heapUsed - heapBefore) / 1024 ** 2;
  const triesAnHour = far.attempts / (DAYS * 24);
  expect(removed).toEqual([]);
  expect(uploader.waiting()).toHaveLength(played.length);
  // One movie tries for all.
  expect(triesAnHour).toBeLessThan(2 * (3_600 / 15));

  far.comeBack();
  for (let minute = 0; uploader.waiting().length > 0 && minute < 60; minute += 1) await clock.advance(60_000);
  expect(far.stored).toHaveLength(played.length);
  expect(new Set(far.stored).size).toBe(played.length);
  // Two at once: no match is in the library before one that is two places older.
  for (const [place, sessionId] of far.stored.entries())
    expect(Math.abs(played.indexOf(sessionId) - place)).toBeLessThanOrEqual(1);
  for (const sessionId of played)
    expect(far.hashes.get(sessionId)).toBe(createHash('md5').update(bytesOf(sessionId)).digest('hex'));
  await clock.advance(48 * HOUR_MS);
  expect(onDisk.size).toBe(0);
  expect(new Set(removed).size).toBe(played.length);
  tellFigures(`${String(DAYS)} days offline`, { matches: played.length, triesAnHour, heapMiB });
  expect(heapMiB).toBeLessThan(MOST_GROWTH_MIB);
  await uploader.close();
  await retention.close();
}, 900_000);
