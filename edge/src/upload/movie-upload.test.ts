import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { systemClock } from '../base/clock.ts';
import type { MovieView } from '../recording/movie-view.ts';
import { openStore } from '../store/database.ts';
import { createUploadStore } from '../store/uploads.ts';
import type { SentPart } from '../store/uploads.ts';
import { createFairShare } from './fair-share.ts';
import { createMovieUpload } from './movie-upload.ts';
import type { MovieUpload } from './movie-upload.ts';
import type { UploadPortal } from './upload-portal.ts';

const SESSION = 'sess_club_c1_1700000000';
const PART_BYTES = 100;
const HEADER_BYTES = 40;
const { signal } = new AbortController();

interface TestPortal extends UploadPortal {
  stored: Map<number, Uint8Array>;
}

function createPortal(): TestPortal {
  const stored = new Map<number, Uint8Array>();
  const list = (): SentPart[] =>
    [...stored].map(([partNumber, bytes]) => ({
      ...{ partNumber, bytes: bytes.byteLength },
      md5: createHash('md5').update(bytes).digest('base64'),
    }));
  return {
    stored,
    open: (sessionId) =>
      Promise.resolve({
        ...{ sessionId, uploadId: 'one', maxParts: 100, state: 'open', parts: list() },
        partBytes: 8_388_608,
      }),
    signPart: (_sessionId, { partNumber }) =>
      Promise.resolve({ url: String(partNumber), headers: {}, expiresInSeconds: 60 }),
    putPart: ({ url }, bytes) => Promise.resolve(void stored.set(Number(url), Uint8Array.from(bytes))),
    complete: (_sessionId, { totalBytes }) => Promise.resolve(totalBytes),
    putSideFile: () => Promise.resolve(),
    abandon: () => Promise.resolve(),
  };
}

function viewOf(object: Buffer, isFinished: boolean): MovieView {
  const movie = { durationMs: 1, frames: 1, codec: 'avc1', width: 2, height: 2 };
  return {
    sessionId: SESSION,
    payloadOffset: HEADER_BYTES,
    grownTo: () => object.byteLength,
    finished: () => (isFinished ? { totalBytes: object.byteLength, movie } : undefined),
    read: (offset, length) =>
      offset + length > object.byteLength
        ? Promise.reject(new RangeError('expected a readable range'))
        : Promise.resolve(object.subarray(offset, offset + length)),
  };
}

async function sendAll(upload: MovieUpload): Promise<void> {
  while (upload.hasWork()) await upload.step(signal);
}

test.each([
  ['cut off', (sent: Buffer) => sent.subarray(0, 260)],
  [
    'followed by other pictures',
    (sent: Buffer) => Buffer.concat([sent.subarray(0, 260), Buffer.alloc(150, 9)]),
  ],
])('a part that was sent and then %s by a power cut is sent again', async (_what, cut) => {
  const database = openStore(':memory:');
  const portal = createPortal();
  const rest = {
    ...{ sessionId: SESSION, portal, store: createUploadStore(database), partBytes: PART_BYTES },
    ...{ clock: systemClock, share: createFairShare(systemClock) },
  };
  const object = Buffer.from(Array.from({ length: 300 }, (_, index) => index % 251));
  await sendAll(createMovieUpload({ ...rest, view: () => viewOf(object, false) }));
  expect([...portal.stored.keys()]).toEqual([2, 3]);
  const after = cut(object);
  const upload = createMovieUpload({ ...rest, view: () => viewOf(after, true) });
  await sendAll(upload);
  expect(upload.isConfirmed).toBe(true);
  const numbers = [...portal.stored.keys()].sort((a, b) => a - b);
  expect(Buffer.concat(numbers.map((number) => portal.stored.get(number) ?? Buffer.alloc(0)))).toEqual(after);
  database.close();
});
