import { expect, test } from 'vitest';
import { DISK_LIMITS, planDisk } from './disk-state.ts';

const MIB = 1024 * 1024;
const BALLAST = 16 * MIB;
const FULL = { fullSinceMs: 1_000, freeBytes: 0 };
const ROOM = { fullSinceMs: undefined, freeBytes: 99 * MIB };
const WRITTEN = { fullSinceMs: 1_000, freeBytes: MIB };

test.each([
  ['room enough and a whole ballast', ROOM, 64 * MIB, BALLAST, 9_000, ROOM, 'keep'],
  ['a ballast that is missing is made while there is room', ROOM, 80 * MIB, 0, 9_000, ROOM, 'restore'],
  ['and not where it would take the last', ROOM, 79 * MIB, 0, 9_000, ROOM, 'keep'],
  ['while any room is left nothing is called full', ROOM, MIB, BALLAST, 9_000, ROOM, 'keep'],
  ['none left is full', ROOM, MIB - 1, BALLAST, 1_000, FULL, 'keep'],
  ['whoever still writes does not get the ballast', FULL, 0, BALLAST, 2_999, FULL, 'keep'],
  ['after that it is given up', FULL, 0, BALLAST, 3_000, FULL, 'release'],
  ['nor while anybody writes', WRITTEN, 900_000, BALLAST, 30_000, FULL, 'keep'],
  ['a ballast given up is no room to record', FULL, 16 * MIB, 0, 4_000, FULL, 'keep'],
  ['it is given up once', FULL, 0, 0, 4_000, FULL, 'keep'],
  ['room that returns is taken for the ballast first', FULL, 80 * MIB, 0, 4_000, ROOM, 'restore'],
] as const)('%s', (_what, state, freeBytes, heldBytes, nowMs, next, ballast) => {
  const facts = { freeBytes, heldBytes, nowMs, wantedBytes: BALLAST };
  expect(planDisk(state, facts, DISK_LIMITS)).toEqual({ state: { ...next, freeBytes }, ballast });
});
