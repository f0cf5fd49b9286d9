import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../test/support/manual-clock.ts';
import { startFrameClock } from './frame-clock.ts';

describe('a frame clock', () => {
  it('neither loses nor gains a frame in ten minutes at 30 a second', async () => {
    const clock = createManualClock();
    const frames: number[] = [];
    const stop = startFrameClock(clock, 30, ({ index }) => void frames.push(index));
    for (let second = 0; second < 600; second += 1) await clock.advance(1_000);
    stop();
    expect(frames).toEqual(Array.from({ length: 18_001 }, (_, index) => index));
  });

  it('sends nothing after it was stopped, from inside a frame too', async () => {
    const clock = createManualClock();
    let count = 0;
    const stop = startFrameClock(clock, 25, () => {
      count += 1;
      if (count === 3) stop();
    });
    await clock.advance(1_000);
    expect(count).toBe(3);
  });
});
