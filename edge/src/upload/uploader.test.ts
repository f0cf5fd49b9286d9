import { AppError } from '@padelvar/shared/errors';
import { UPLOAD_PART_BYTES } from '@padelvar/shared/limits';
import { expect, test } from 'vitest';
import { createManualClock } from '../../test/support/manual-clock.ts';
import { silentLogger } from '../base/log.ts';
import type { MovieView } from '../recording/movie-view.ts';
import { openStore } from '../store/database.ts';
import { createUploadStore } from '../store/uploads.ts';
import type { UploadPortal } from './upload-portal.ts';
import { createUploader } from './uploader.ts';

const SESSION = 'sess_club_c1_1700000000';
/** Where one goes as fast as it can, it is stopped here. */
const MOST_PARTS = 500;
const MOVIE = { durationMs: 1_000, frames: 25, codec: 'avc1', width: 1920, height: 1080 };
const VIEW: MovieView = {
  ...{ sessionId: SESSION, payloadOffset: 100, grownTo: () => 1_000 },
  finished: () => ({ totalBytes: 1_000, movie: MOVIE }),
  read: (_offset, length) => Promise.resolve(Buffer.alloc(length, 1)),
};

test('a store that takes parts and keeps none is not sent them again and again', async () => {
  const clock = createManualClock();
  let parts = 0;
  const portal: UploadPortal = {
    open: (sessionId) =>
      Promise.resolve({
        ...{ sessionId, uploadId: 'one', maxParts: 100, state: 'open', parts: [] },
        partBytes: UPLOAD_PART_BYTES,
      }),
    signPart: () => Promise.resolve({ url: '/part', headers: {}, expiresInSeconds: 60 }),
    putPart: () => ((parts += 1) < MOST_PARTS ? Promise.resolve() : new Promise(() => undefined)),
    complete: () => Promise.reject(new AppError('conflict', 'expected one part, found none')),
    putSideFile: () => Promise.resolve(),
    abandon: () => Promise.resolve(),
  };
  const uploader = createUploader({
    ...{ portal, clock, store: createUploadStore(openStore(':memory:')), log: silentLogger },
    ...{ onProgress: () => undefined, onConfirmed: () => undefined },
  });
  uploader.add(VIEW);
  await clock.advance(120_000);
  expect(parts).toBeGreaterThan(5);
  expect(parts).toBeLessThan(25);
});
