import type { SignPartRequest } from '@padelvar/shared/edge-api';
import { AppError } from '@padelvar/shared/errors';
import { expect, test } from 'vitest';
import { createManualClock } from '../../test/support/manual-clock.ts';
import { createFairShare } from './fair-share.ts';
import { createPartSender, SLOW_PART_MS } from './part-sender.ts';
import type { PartSender } from './part-sender.ts';

const PART = { partNumber: 1, bytes: 4, md5: 'x' };
const BODY = Buffer.alloc(4);
const { signal } = new AbortController();

/** A sender whose store does what is told, and what the portal was told of the store with each signature. */
function open(putPart: () => Promise<void>): {
  told: SignPartRequest['trouble'][];
  clock: ReturnType<typeof createManualClock>;
  send: () => ReturnType<PartSender['send']>;
} {
  const clock = createManualClock();
  const told: SignPartRequest['trouble'][] = [];
  const signPart = (_sessionId: string, { trouble }: SignPartRequest) => {
    told.push(trouble);
    return Promise.resolve({ url: '/part', headers: {}, expiresInSeconds: 900 });
  };
  const portal = { signPart, putPart };
  const sender = createPartSender({ sessionId: 'one', portal, clock, share: createFairShare(clock) });
  return { told, clock, send: () => sender.send('upload', PART, BODY, signal) };
}

const silent = new AppError('timeout', 'the store could not be reached');

test('a store that is silent while the portal answers is told of as unreachable, a line that was down once is not', async () => {
  const answers = [silent, silent, undefined, undefined];
  const { told, send } = open(() => {
    const answer = answers.shift();
    return answer === undefined ? Promise.resolve() : Promise.reject(answer);
  });
  await expect(send()).rejects.toBe(silent);
  await expect(send()).rejects.toBe(silent);
  await send();
  await send();
  expect(told).toEqual([undefined, undefined, 'unreachable', undefined]);
});

test('a store that takes a part at 1 kB/s is told of while the part goes on, and no more once the next is quick', async () => {
  const arrivals: (() => void)[] = [];
  const { told, clock, send } = open(() => new Promise((resolve) => arrivals.push(resolve)));
  const sending = send();
  await expect.poll(() => arrivals.length).toBe(1);
  await clock.advance(SLOW_PART_MS);
  expect(told).toEqual([undefined, 'slow']);
  arrivals[0]?.();
  await sending;
  const next = send();
  await expect.poll(() => arrivals.length).toBe(2);
  expect(told.at(-1)).toBe('slow');
  arrivals[1]?.();
  await next;
  const last = send();
  await expect.poll(() => arrivals.length).toBe(3);
  expect(told.at(-1)).toBeUndefined();
  arrivals[2]?.();
  await last;
});

test.each([
  ['storage_full', 'full'],
  ['storage_denied', 'denied'],
  ['storage_failing', 'failing'],
  ['storage_slow', 'slow'],
] as const)('%s is told with the next signature', async (kind, trouble) => {
  const { told, send } = open(() => Promise.reject(new AppError(kind, 'no')));
  await expect(send()).rejects.toThrow();
  await expect(send()).rejects.toThrow();
  expect(told).toEqual([undefined, trouble]);
});
