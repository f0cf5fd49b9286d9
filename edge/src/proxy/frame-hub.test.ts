import { expect, test } from 'vitest';
import { createManualClock } from '../../test/support/manual-clock.ts';
import { createFrameHub } from './frame-hub.ts';

const never = new AbortController().signal;
const open = (): { clock: ReturnType<typeof createManualClock>; hub: ReturnType<typeof createFrameHub> } => {
  const clock = createManualClock();
  return { clock, hub: createFrameHub({ clock }) };
};

test('the newest frame knows its age', async () => {
  const { clock, hub } = open();
  expect(hub.latest()).toBeUndefined();
  hub.push(Buffer.from('a'));
  await clock.advance(120);
  expect(hub.latest()).toMatchObject({ jpeg: Buffer.from('a'), ageMs: 120 });
});

test('a viewer gets the newest frame once, then waits for the next', async () => {
  const { hub } = open();
  hub.push(Buffer.from('a'));
  hub.push(Buffer.from('b'));
  const first = await hub.nextFrame(0, never);
  expect(first.jpeg.toString()).toBe('b');
  const second = hub.nextFrame(first.sequence, never);
  hub.push(Buffer.from('c'));
  expect((await second).jpeg.toString()).toBe('c');
});

test('one frame serves all who wait for it', async () => {
  const { hub } = open();
  const waiting = [hub.nextFrame(0, never), hub.nextFrame(0, never)];
  hub.push(Buffer.from('a'));
  const [one, two] = await Promise.all(waiting);
  expect(one?.jpeg).toBe(two?.jpeg);
});

test('a wait ends with its signal', async () => {
  const { hub } = open();
  const viewer = new AbortController();
  const waiting = hub.nextFrame(0, viewer.signal);
  viewer.abort(new Error('left'));
  await expect(waiting).rejects.toThrow('left');
  await expect(hub.nextFrame(0, viewer.signal)).rejects.toThrow('left');
});

test('listeners hear of the first watcher and of the last one’s leaving alone', () => {
  const { hub } = open();
  const heard: boolean[] = [];
  const stopListening = hub.watched.onChange((isWatched) => heard.push(isWatched));
  const [one, two] = [hub.watched.join(), hub.watched.join()];
  one();
  one();
  expect(hub.watched.count).toBe(1);
  two();
  expect(heard).toEqual([true, false]);
  stopListening();
  hub.watched.join();
  expect(heard).toHaveLength(2);
});

test('whoever watches wants pictures, and what is forgotten is not shown again', async () => {
  const { hub } = open();
  const [look, watch] = [hub.wanted.join(), hub.watched.join()];
  expect(hub.wanted.count).toBe(2);
  look();
  watch();
  expect(hub.wanted.count).toBe(0);
  hub.push(Buffer.from('a'));
  hub.forget();
  expect(hub.latest()).toBeUndefined();
  const next = hub.nextFrame(0, never);
  hub.push(Buffer.from('b'));
  expect(await next).toMatchObject({ jpeg: Buffer.from('b'), sequence: 2 });
});
