import { expect, test } from 'vitest';
import { FragmentQueue, type PreviewFragment } from './fragment-queue.ts';

const read = (): Promise<Buffer> => Promise.resolve(Buffer.alloc(0));
const key = (): PreviewFragment => ({ startsWithKeyframe: true, read });
const delta = (): PreviewFragment => ({ startsWithKeyframe: false, read });

test('nothing counts before the first keyframe', () => {
  const queue = new FragmentQueue(4);
  queue.add(delta());
  expect(queue.take()).toBeUndefined();
  const first = key();
  queue.add(first);
  queue.add(delta());
  expect(queue.take()).toBe(first);
  expect(queue.take()).toBeDefined();
});

test('of keyframes alone the latest wins', () => {
  const queue = new FragmentQueue(1);
  const latest = key();
  for (const fragment of [key(), key(), latest]) queue.add(fragment);
  expect([queue.take(), queue.take(), queue.dropped]).toEqual([latest, undefined, 2]);
});

test('a queue that runs over starts again at a keyframe', () => {
  const queue = new FragmentQueue(2);
  for (const fragment of [key(), delta(), delta(), delta()]) queue.add(fragment);
  expect(queue.take()).toBeUndefined();
  const next = key();
  queue.add(next);
  expect([queue.take(), queue.dropped]).toEqual([next, 2]);
});
