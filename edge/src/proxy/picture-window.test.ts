import { expect, test } from 'vitest';
import { createPictureWindow } from './picture-window.ts';

/** A picture of its own 1,000 bytes of memory. */
const picture = (name: string): Buffer => Buffer.alloc(1_000).fill(name, 0, 1);

const name = (jpeg: Buffer | undefined): string | undefined => jpeg?.toString('utf8', 0, 1);

function fill(atMs: readonly number[], mostBytes?: number): ReturnType<typeof createPictureWindow> {
  const window = createPictureWindow(mostBytes);
  for (const [index, ms] of atMs.entries()) window.push(picture(String(index)), ms);
  return window;
}

test('an empty window has no picture', () => {
  const window = createPictureWindow();
  expect(window.take(0, 40)).toBeUndefined();
  window.forgetBefore(1_000);
  expect([window.oldestMs, window.newestMs]).toEqual([undefined, undefined]);
});

test('the picture that stands at the beginning is kept, older ones go', () => {
  const window = fill([100, 200, 300, 400]);
  window.forgetBefore(299);
  expect([window.oldestMs, window.newestMs]).toEqual([200, 400]);
  window.forgetBefore(10_000);
  expect([window.oldestMs, window.newestMs]).toEqual([400, 400]);
});

test('what came before a silence of 3 s is given up, and what comes after it makes up for it', () => {
  const window = fill([0, 40, 3_040]);
  expect(window.oldestMs).toBe(3_040);
  expect(name(window.take(1_000, 40))).toBe('2');
});

test('what was shown stands until the next has its turn, and nothing before it is kept', () => {
  const window = fill([100, 140, 180]);
  expect([100, 120, 180].map((dueMs) => name(window.take(dueMs, 40)))).toEqual(['0', '1', '2']);
  expect(name(window.take(1_000, 40))).toBe('2');
  expect(window.oldestMs).toBe(180);
});

test('a window that would outgrow its memory gives up the oldest', () => {
  expect(fill([0, 40, 80, 120], 2_500).oldestMs).toBe(80);
  expect(fill([0], 100).oldestMs).toBe(0);
});
