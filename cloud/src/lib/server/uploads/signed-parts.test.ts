import { expect, test } from 'vitest';
import { openTestDatabase } from '../../../../test/support/test-database.ts';
import { createSignedParts } from './signed-parts.ts';

const part = (md5: string, bytes = 10) => ({ partNumber: 1, bytes, md5 });
const OPAQUE = 'an ETag that is no MD5';

async function open() {
  const db = await openTestDatabase();
  return { db, signed: createSignedParts(db) };
}

test('a listed part is the one that was signed, although its ETag may be no MD5', async () => {
  const { db, signed } = await open();
  await signed.add('session', 'one', part('a'));
  await signed.add('session', 'other', part('b'));
  expect(await signed.name('session', 'one', [part(OPAQUE)])).toEqual([part('a')]);
  expect(await signed.name('session', 'one', [part(OPAQUE, 11)])).toEqual([part('', 11)]);
  await db.destroy();
});

test('where two were signed, an ETag that is an MD5 tells which is there; another leaves it open', async () => {
  const { db, signed } = await open();
  for (const md5 of ['a', 'b', 'b']) await signed.add('session', 'one', part(md5));
  expect(await signed.name('session', 'one', [part('b')])).toEqual([part('b')]);
  expect(await signed.name('session', 'one', [part(OPAQUE)])).toEqual([part('')]);
  await db.destroy();
});

test('a part that was signed with other bytes is no part of the movie', async () => {
  const { db, signed } = await open();
  await signed.add('session', 'one', part('a'));
  await signed.requireSigned('session', 'one', [part('a')]);
  await expect(signed.requireSigned('session', 'one', [part('b')])).rejects.toMatchObject({
    kind: 'conflict',
    details: { partNumbers: [1] },
  });
  await db.destroy();
});
