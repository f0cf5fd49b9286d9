import { expect, test } from 'vitest';
import { createManualClock } from '../../../../test/support/manual-clock.ts';
import type { Viewer } from './preview-channel.ts';
import { keepChecked, RECHECK_MS } from './watched-rights.ts';

function open(check: () => Promise<unknown>) {
  const clock = createManualClock();
  let isOpen = true;
  const viewer: Viewer = {
    next: () => Promise.resolve(isOpen ? { jpeg: new Uint8Array(), takenAtMs: 0 } : undefined),
    close: () => void (isOpen = false),
  };
  return { clock, checked: keepChecked(viewer, { clock, check }), isOpen: () => isOpen };
}

test('a viewer’s right is asked for now and then, not for each frame', async () => {
  let asked = 0;
  const { clock, checked } = open(() => Promise.resolve((asked += 1)));
  for (let frame = 0; frame < 10; frame += 1) expect(await checked.next()).toBeDefined();
  expect(asked).toBe(0);
  await clock.advance(RECHECK_MS);
  for (let frame = 0; frame < 10; frame += 1) expect(await checked.next()).toBeDefined();
  expect(asked).toBe(1);
});

test('a viewer whose right has ended sees no further frame, and is gone', async () => {
  const { clock, checked, isOpen } = open(() => Promise.reject(new Error('logged out')));
  expect(await checked.next()).toBeDefined();
  await clock.advance(RECHECK_MS);
  expect(await checked.next()).toBeUndefined();
  expect(isOpen()).toBe(false);
});
