import { AppError } from '@padelvar/shared/errors';
import { expect, test } from 'vitest';
import { silentLogger } from '../base/log.ts';
import { createDeletions } from './deletions.ts';

const FIRST = 'sess_north_n1_1767225600';
const SECOND = 'sess_north_n1_1767225700';

function open(erase: (sessionId: string) => Promise<void>) {
  const asked: string[] = [];
  let arrive = (): void => undefined;
  const deletions = createDeletions({
    log: silentLogger,
    erase: (sessionId) => {
      asked.push(sessionId);
      return erase(sessionId);
    },
    onErased: () => arrive(),
  });
  return { asked, deletions, nextErased: () => new Promise<void>((resolve) => (arrive = resolve)) };
}

test('a deleted video is erased once, and said to be gone while the portal asks', async () => {
  const { asked, deletions, nextErased } = open(() => Promise.resolve());
  const erased = nextErased();
  deletions.want([FIRST]);
  deletions.want([FIRST]);
  expect(deletions.erased()).toEqual([]);
  await erased;
  deletions.want([FIRST]);
  expect(deletions.erased()).toEqual([FIRST]);
  expect(asked).toEqual([FIRST]);
  deletions.want([]);
  expect(deletions.erased()).toEqual([]);
});

test('a video that can’t be erased now is tried again, and holds no other up', async () => {
  let isBusy = true;
  const { asked, deletions, nextErased } = open((sessionId) =>
    isBusy && sessionId === FIRST
      ? Promise.reject(new AppError('conflict', 'expected a session that has ended'))
      : Promise.resolve(),
  );
  const other = nextErased();
  deletions.want([FIRST, SECOND]);
  await other;
  expect(deletions.erased()).toEqual([SECOND]);
  isBusy = false;
  const late = nextErased();
  deletions.want([FIRST, SECOND]);
  await late;
  expect(deletions.erased()).toEqual([FIRST, SECOND]);
  expect(asked).toEqual([FIRST, SECOND, FIRST]);
});
