import { expect, test } from 'vitest';
import { createManualClock } from '../../test/support/manual-clock.ts';
import { createPlayout } from './playout.ts';

test('a burst comes out evenly, the first at once', async () => {
  const clock = createManualClock();
  const out: [number, string][] = [];
  const startMs = clock.monotonicMs();
  const onFrame = (jpeg: Buffer): unknown => out.push([clock.monotonicMs() - startMs, jpeg.toString()]);
  const playout = createPlayout({ clock, intervalMs: 200, mostWaiting: 3, onFrame });
  for (const name of ['a', 'b', 'c']) playout.push(Buffer.from(name));
  await clock.advance(1_000);
  playout.push(Buffer.from('d'));
  expect(out).toEqual([
    [0, 'a'],
    [200, 'b'],
    [400, 'c'],
    [1_000, 'd'],
  ]);
});

test('what is too far behind is left out, and nothing comes after the end', async () => {
  const clock = createManualClock();
  const out: string[] = [];
  const onFrame = (jpeg: Buffer): unknown => out.push(jpeg.toString());
  const playout = createPlayout({ clock, intervalMs: 200, mostWaiting: 2, onFrame });
  for (const name of ['a', 'b', 'c', 'd', 'e']) playout.push(Buffer.from(name));
  await clock.advance(200);
  playout.close();
  await clock.advance(1_000);
  expect(out).toEqual(['a', 'd']);
});
