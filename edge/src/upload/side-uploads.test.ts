import { AppError } from '@padelvar/shared/errors';
import type { SideFileName } from '@padelvar/shared/side-files';
import { afterEach, expect, test } from 'vitest';
import { createManualClock } from '../../test/support/manual-clock.ts';
import { silentLogger } from '../base/log.ts';
import { openStore } from '../store/database.ts';
import { createUploadStore } from '../store/uploads.ts';
import { createSideUploads } from './side-uploads.ts';
import type { SideUploads } from './side-uploads.ts';

const FIRST = 'sess_club_c1_1700000000';
const SECOND = 'sess_club_c1_1700000060';
const NAMES: readonly SideFileName[] = ['init.mp4', 'index.json', 'thumbnail.jpg'];

const opened: SideUploads[] = [];
afterEach(async () => {
  for (const sides of opened.splice(0)) await sides.close();
});

/** A device with confirmed movies, and a portal that answers as `onPut` says; what it took, in order. */
function openDevice(onPut: (name: SideFileName) => Promise<void> = () => Promise.resolve()) {
  const clock = createManualClock();
  const store = createUploadStore(openStore(':memory:'));
  for (const sessionId of [FIRST, SECOND])
    store.save(sessionId, { uploadId: 'u', payloadOffset: 1, parts: [], confirmed: true });
  const took: string[] = [];
  const tries: string[] = [];
  const start = (files = { list: () => Promise.resolve(NAMES) }): SideUploads => {
    const sides = createSideUploads({
      ...{ store, clock, log: silentLogger },
      files: { ...files, read: (_sessionId, name) => Promise.resolve(Buffer.from(name)) },
      portal: {
        async putSideFile(sessionId, name) {
          tries.push(name);
          await onPut(name);
          took.push(`${sessionId} ${name}`);
        },
      },
    });
    opened.push(sides);
    return sides;
  };
  const sentOf = (sessionId: string): string[] | undefined => store.find(sessionId)?.sideFiles;
  return { clock, start, took, tries, sentOf };
}

const named = (sessionId: string): string[] => NAMES.map((name) => `${sessionId} ${name}`);

test('the small files go up movie by movie, the oldest first, each once', async () => {
  const { clock, start, took, sentOf } = openDevice();
  const sides = start();
  sides.add(SECOND);
  sides.add(FIRST);
  await clock.advance(0);
  sides.add(FIRST);
  await clock.advance(0);
  expect(took.filter((one) => one.startsWith(FIRST))).toEqual(named(FIRST));
  expect(took).toHaveLength(2 * NAMES.length);
  expect(sentOf(FIRST)).toEqual([...NAMES]);
});

test('what can’t be taken now is tried again, ever more seldom, and no next movie overtakes it', async () => {
  let isAway = true;
  const { clock, start, took, tries } = openDevice(() =>
    isAway
      ? Promise.reject(new AppError('timeout', 'the portal could not be reached'))
      : Promise.resolve(undefined),
  );
  const sides = start();
  sides.add(FIRST);
  sides.add(SECOND);
  for (let minute = 0; minute < 60; minute += 1) await clock.advance(60_000);
  expect(tries.length).toBeGreaterThan(50);
  expect(tries.length).toBeLessThan(150);
  isAway = false;
  await clock.advance(60_000);
  expect(took).toEqual([...named(FIRST), ...named(SECOND)]);
});

test.each(['bad_request', 'not_found', 'too_large', 'gone', 'conflict'] as const)(
  'a file that is refused as %s is left out, the others go',
  async (kind) => {
    const { clock, start, took, tries, sentOf } = openDevice((name) =>
      name === 'index.json' ? Promise.reject(new AppError(kind, 'no')) : Promise.resolve(),
    );
    start().add(FIRST);
    await clock.advance(600_000);
    expect(took).toEqual([`${FIRST} init.mp4`, `${FIRST} thumbnail.jpg`]);
    expect(tries).toHaveLength(NAMES.length);
    expect(sentOf(FIRST)).toEqual(['init.mp4', 'thumbnail.jpg']);
  },
);

test('a daemon that ends between two files sends all of that movie when it is back, and then never again', async () => {
  const halfway = Promise.withResolvers<undefined>();
  let isEnding = true;
  const { clock, start, took, sentOf } = openDevice((name) => {
    if (!isEnding || name !== 'index.json') return Promise.resolve();
    halfway.resolve(undefined);
    return Promise.reject(new AppError('timeout', 'the daemon ends'));
  });
  const ended = start();
  ended.add(FIRST);
  await halfway.promise;
  await ended.close();
  expect(sentOf(FIRST)).toBeUndefined();
  isEnding = false;
  took.length = 0;
  const restarted = start();
  restarted.add(FIRST);
  await clock.advance(0);
  expect(took).toEqual(named(FIRST));
  const again = start();
  again.add(FIRST);
  await clock.advance(0);
  expect(took).toHaveLength(NAMES.length);
});

test('a movie whose copy leaves meanwhile is waited for no more', async () => {
  const { clock, start, tries } = openDevice(() =>
    Promise.reject(new AppError('timeout', 'the portal could not be reached')),
  );
  const sides = start();
  sides.add(FIRST);
  await clock.advance(0);
  sides.remove(FIRST);
  await clock.advance(60_000);
  const before = tries.length;
  await clock.advance(3_600_000);
  expect(tries).toHaveLength(before);
});
