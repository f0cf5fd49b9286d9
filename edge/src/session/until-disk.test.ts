import { AppError } from '@padelvar/shared/errors';
import { expect, test } from 'vitest';
import { silentLogger } from '../base/log.ts';
import { createManualClock } from '../../test/support/manual-clock.ts';
import { untilDisk } from './until-disk.ts';

const FULL = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });

function begin(failures: number, error: Error = FULL, isMediaHere = () => true) {
  const clock = createManualClock();
  const leaving = new AbortController();
  const counts = { tries: 0, releases: 0 };
  const done = untilDisk(
    () => {
      counts.tries += 1;
      return counts.tries > failures ? Promise.resolve('written') : Promise.reject(error);
    },
    {
      ...{ what: 'the index', clock, logger: silentLogger, signal: leaving.signal },
      machine: {
        isMediaHere: () => Promise.resolve(isMediaHere()),
        releaseReserve: () => {
          counts.releases += 1;
          return Promise.resolve();
        },
      },
    },
  );
  done.catch(() => undefined);
  return { clock, leaving, counts, done };
}

test('a step that finds the disk full gets the reserve and is tried again at once', async () => {
  const { clock, counts, done } = begin(1);
  await clock.advance(1);
  await clock.advance(1);
  expect(await done).toBe('written');
  expect(counts).toEqual({ tries: 2, releases: 1 });
});

test('it is tried every half minute at least, however long it takes', async () => {
  const { clock, counts, done } = begin(60);
  for (let second = 0; second < 60 * 30; second += 1) await clock.advance(1_000);
  expect(await done).toBe('written');
  expect(counts.tries).toBe(61);
});

test('a daemon that goes away leaves it undone', async () => {
  const { clock, leaving, done } = begin(Infinity);
  await clock.advance(10_000);
  leaving.abort();
  await clock.advance(0);
  await expect(done).rejects.toBe(FULL);
});

test('a folder that is away is waited for, and nothing else that fails', async () => {
  const error = Object.assign(new Error('no such file'), { code: 'ENOENT' });
  const { clock, counts, done } = begin(10, error, () => counts.tries > 9);
  for (let second = 0; second < 60 * 10; second += 1) await clock.advance(1_000);
  await expect(done).rejects.toBe(error);
  expect(counts.tries).toBe(10);
});

test('another error is not waited out', async () => {
  const error = new AppError('not_ready', 'no frames');
  const { done, counts } = begin(1, error);
  await expect(done).rejects.toBe(error);
  expect(counts).toEqual({ tries: 1, releases: 0 });
});
