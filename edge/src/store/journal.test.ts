import { GOLDEN } from '@padelvar/shared/golden/link-messages';
import { Desired } from '@padelvar/shared/link';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStore, type Store } from './database.ts';
import { createJournal } from './journal.ts';
import { createOutbox } from './outbox.ts';

const desired = Desired.parse(JSON.parse(GOLDEN.desired));
let store: Store;
beforeEach(() => (store = openStore(':memory:')));
afterEach(() => store.close());

it('gives the last document back, and remembers the generations before it', () => {
  const journal = createJournal(store);
  expect(journal.loadDesired()).toBeUndefined();
  journal.saveDesired(desired);
  journal.saveDesired({ ...desired, rev: 43 });
  journal.saveDesired({ ...desired, generation: 'new', rev: 1 });
  expect(journal.loadDesired()).toMatchObject({ generation: 'new', rev: 1 });
  expect(createJournal(store).pastGenerations()).toEqual([desired.generation]);
});

it('never gives an epoch twice, even where the clock steps back', () => {
  const journal = createJournal(store);
  expect(journal.nextEpoch(5_000_000)).toBe(5_000);
  expect(journal.nextEpoch(5_000_000)).toBe(5_001);
  expect(journal.nextEpoch(0)).toBe(5_002);
});

it('keeps events in order, and never uses a number again', () => {
  const outbox = createOutbox(store);
  expect([outbox.add('a'), outbox.add('b'), outbox.add('c')]).toEqual([1, 2, 3]);
  outbox.remove(3);
  expect(outbox.add('d')).toBe(4);
  expect(outbox.list(1, 10).map(({ body }) => body)).toEqual(['b', 'd']);
});
