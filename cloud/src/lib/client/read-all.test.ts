import { expect, it } from 'vitest';
import { readAll } from './read-all.ts';

it('a list of three pages is read to its end, each item once', async () => {
  const asked: (string | undefined)[] = [];
  const items = await readAll(({ cursor, limit }) => {
    asked.push(cursor);
    const first = Number(cursor ?? 0);
    const next = first + 100 < 250 ? String(first + 100) : null;
    const count = Math.min(limit ?? 0, 250 - first);
    return Promise.resolve({
      items: Array.from({ length: count }, (_, index) => first + index),
      nextCursor: next,
    });
  });
  expect(asked).toEqual([undefined, '100', '200']);
  expect(items).toEqual(Array.from({ length: 250 }, (_, index) => index));
});

it('an empty list is one request', async () => {
  expect(await readAll(() => Promise.resolve({ items: [], nextCursor: null }))).toEqual([]);
});
