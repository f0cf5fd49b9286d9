import { MAX_DURATION_MINUTES, MAX_HEADER_ROOM_BYTES } from '@padelvar/shared/limits';
import { expect, test } from 'vitest';
import { planHeaderRoom } from './header-room.ts';

test('90 minutes at a constant rate fit, as measured', () => {
  expect(planHeaderRoom(90 * 60)).toBeGreaterThan(740_000 * 2);
});

test('more time never means less room, and never more than part 1 can hold', () => {
  let last = 0;
  for (let minutes = 1; minutes <= MAX_DURATION_MINUTES; minutes += 1) {
    const room = planHeaderRoom(minutes * 60);
    expect(room).toBeGreaterThanOrEqual(last);
    expect(room).toBeLessThanOrEqual(MAX_HEADER_ROOM_BYTES);
    last = room;
  }
});
