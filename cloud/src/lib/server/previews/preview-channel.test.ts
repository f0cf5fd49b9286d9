import { expect, test } from 'vitest';
import { createManualClock } from '../../../../test/support/manual-clock.ts';
import type { ManualClock } from '../../../../test/support/manual-clock.ts';
import { createPreviewChannel, MAX_VIEWERS } from './preview-channel.ts';
import type { PreviewChannel } from './preview-channel.ts';

interface Under {
  clock: ManualClock;
  channel: PreviewChannel;
  leases: string[];
  isIdle: () => boolean;
}

function openChannel(): Under {
  const clock = createManualClock();
  const leases: string[] = [];
  let idle = false;
  const channel = createPreviewChannel({
    clock,
    sendLease: (kind, seconds) => leases.push(`${clock.monotonicMs() / 1000}s ${kind} ${seconds}`),
    onIdle: () => (idle = true),
  });
  return { clock, channel, leases, isIdle: () => idle };
}

const frame = (number: number): Uint8Array => new Uint8Array([0xff, 0xd8, 0xff, number]);

test('every viewer gets the newest frame', async () => {
  const { channel } = openChannel();
  const viewers = [channel.watch(), channel.watch()];
  const next = Promise.all(viewers.map((viewer) => viewer.next()));
  expect(channel.push(frame(1), 0)).toBe(true);
  expect((await next).map((found) => found?.jpeg[3])).toEqual([1, 1]);
});

test('a slow viewer skips to the newest frame and never sees one twice', async () => {
  const { channel } = openChannel();
  const viewer = channel.watch();
  for (const number of [1, 2, 3]) channel.push(frame(number), 0);
  expect((await viewer.next())?.jpeg[3]).toBe(3);
  const next = viewer.next();
  channel.push(frame(4), 0);
  expect((await next)?.jpeg[3]).toBe(4);
});

test('frames are asked for while somebody watches, and until 10 s after the last viewer left', async () => {
  const { clock, channel, leases, isIdle } = openChannel();
  const [first, second] = [channel.watch(), channel.watch()];
  await clock.advance(12_000);
  first.close();
  await clock.advance(1_000);
  second.close();
  expect(leases).toEqual(['0s stream 10', '5s stream 10', '10s stream 10', '13s stream 10']);
  await clock.advance(9_999);
  expect(channel.push(frame(1), 0)).toBe(true);
  expect(isIdle()).toBe(false);
  await clock.advance(1);
  expect(channel.push(frame(2), 0)).toBe(false);
  expect(isIdle()).toBe(true);
  expect(leases).toHaveLength(4);
});

test('a frame nobody asked for is dropped', () => {
  const { channel } = openChannel();
  expect(channel.push(frame(1), 0)).toBe(false);
  expect(channel.info()).toEqual({ viewers: 0, frameAgeMs: null, streaming: false });
});

test('a snapshot asks for a short lease and waits for a fresh frame', async () => {
  const { channel, leases } = openChannel();
  const found = channel.snapshot();
  channel.push(frame(1), 1_900);
  expect((await found)?.jpeg[3]).toBe(1);
  expect(leases).toEqual(['0s snapshot 5']);
});

test('a snapshot takes no frame older than 2 s and gives up after 3 s', async () => {
  const { clock, channel } = openChannel();
  const found = channel.snapshot();
  channel.push(frame(1), 2_000);
  await clock.advance(3_000);
  expect(await found).toBeUndefined();
});

test('snapshots that follow one another become a live view, without a command for each', async () => {
  const { clock, channel, leases } = openChannel();
  for (let count = 0; count < 40; count += 1) {
    const found = channel.snapshot();
    channel.push(frame(count), 0);
    expect(await found).toBeDefined();
    await clock.advance(200);
  }
  expect(leases).toEqual(['0s snapshot 5', '0.2s stream 10', '5.4s stream 10']);
});

test('a viewer that takes no frame for half a minute is let go', async () => {
  const { clock, channel } = openChannel();
  const viewer = channel.watch();
  channel.push(frame(1), 0);
  await viewer.next();
  await clock.advance(29_000);
  expect(channel.info().viewers).toBe(1);
  await clock.advance(6_000);
  expect(channel.info().viewers).toBe(0);
  expect(await viewer.next()).toBeUndefined();
});

test('a viewer that never takes a frame is let go', async () => {
  const { clock, channel } = openChannel();
  channel.watch();
  await clock.advance(35_000);
  expect(channel.info().viewers).toBe(0);
});

test('a viewer that waits for a silent camera stays', async () => {
  const { clock, channel } = openChannel();
  const viewer = channel.watch();
  const next = viewer.next();
  await clock.advance(120_000);
  channel.push(frame(1), 0);
  expect((await next)?.jpeg[3]).toBe(1);
});

test('closing ends every viewer', async () => {
  const { channel } = openChannel();
  const next = channel.watch().next();
  channel.close();
  expect(await next).toBeUndefined();
});

test('one viewer too many is refused', () => {
  const { channel } = openChannel();
  for (let count = 0; count < MAX_VIEWERS; count += 1) channel.watch();
  expect(() => channel.watch()).toThrow('at most');
});
