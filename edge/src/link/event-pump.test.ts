import type { EdgeEvent } from '@padelvar/shared/link';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStore, type Store } from '../store/database.ts';
import { createOutbox, type Outbox } from '../store/outbox.ts';
import { createEventPump } from './event-pump.ts';

let store: Store;
let outbox: Outbox;
beforeEach(() => {
  store = openStore(':memory:');
  outbox = createOutbox(store);
});
afterEach(() => store.close());

const event = (type: string, epoch = 1) => ({ epoch, at: 1, type });
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('sends what waited, then what comes, in order', async () => {
  const events = createEventPump(outbox);
  const sent: EdgeEvent[] = [];
  events.add(event('a'));
  events.use((told) => Promise.resolve(void sent.push(told)));
  events.add(event('b'));
  await settle();
  events.add(event('c'));
  await settle();
  expect(sent.map(({ type, seq }) => [type, seq])).toEqual([
    ['a', 1],
    ['b', 2],
    ['c', 3],
  ]);
});

it('begins anew on each connection with what the portal has not stored', async () => {
  const events = createEventPump(outbox);
  const sent: string[] = [];
  const send = ({ type }: EdgeEvent): Promise<void> => Promise.resolve(void sent.push(type));
  for (const type of ['a', 'b', 'c']) events.add(event(type));
  events.use(send);
  await settle();
  events.confirm({ epoch: 1, seq: 2 });
  events.use((told) => send(told));
  await settle();
  expect(sent).toEqual(['a', 'b', 'c', 'c']);
});

it('keeps events of a later life of the device, whatever number was stored before', () => {
  const events = createEventPump(outbox);
  events.add(event('new life', 9));
  events.confirm({ epoch: 8, seq: 1_000 });
  expect(outbox.list(0, 10)).toHaveLength(1);
});

it('goes on after a connection that failed in the middle', async () => {
  const events = createEventPump(outbox);
  events.add(event('a'));
  events.use(() => Promise.reject(new Error('cut')));
  await settle();
  const sent: string[] = [];
  events.use(({ type }) => Promise.resolve(void sent.push(type)));
  await settle();
  expect(sent).toEqual(['a']);
});
