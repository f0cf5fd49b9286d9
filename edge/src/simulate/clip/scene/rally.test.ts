import { describe, expect, it } from 'vitest';
import { createRally } from './rally.ts';

const FPS = 25;

describe.each([4, 20, 60])('a rally of %i s', (seconds) => {
  const rally = createRally(seconds);
  const times = Array.from({ length: seconds * FPS + 1 }, (_, index) => index / FPS);

  it('keeps its players on their side of the court, at a speed that people run', () => {
    for (const time of times) {
      for (const { x, z, team, speed } of rally.players(time)) {
        expect(Math.abs(x)).toBeLessThan(5);
        expect(team === 'near' ? -z : z).toBeGreaterThan(1);
        expect(Math.abs(z)).toBeLessThan(10);
        expect(speed).toBeLessThan(12);
      }
    }
  });

  it('goes from its end to its beginning without a jump', () => {
    const [end, begin] = [seconds - 0.001, 0];
    rally.players(end).forEach(({ x, z }, index) => {
      const other = rally.players(begin)[index];
      expect(Math.hypot(x - (other?.x ?? 99), z - (other?.z ?? 99))).toBeLessThan(0.05);
    });
    const [from, to] = [rally.ball(end), rally.ball(begin)];
    expect(Math.hypot(from.x - to.x, from.y - to.y, from.z - to.z)).toBeLessThan(0.05);
  });

  it('plays the ball over the net', () => {
    for (const [index, time] of times.entries()) {
      const [before, after] = [rally.ball(time), rally.ball(times[index + 1] ?? time)];
      if (before.z * after.z < 0) expect(Math.min(before.y, after.y)).toBeGreaterThan(0.95);
      expect(before.y).toBeGreaterThan(0);
    }
  });
});
