import { expect, test } from 'vitest';
import { pickPicture } from './pick-picture.ts';

test.each([
  ['the next picture has its turn', [0, 40, 80], 0, 40, 1],
  ['one that comes a little late too', [0, 55], 0, 40, 1],
  ['one that is later than half a frame leaves the last standing', [0, 65], 0, 40, 0],
  ['which then is one behind and misses none', [0, 65, 105], 0, 80, 1],
  ['one that is more than half a second behind gives way to the next', [0, 30, 70], 0, 540, 2],
  ['of a slow camera the last stands', [0, 200], 0, 160, 0],
  ['of a fast one each that is not too late', [0, 20, 40, 60], 0, 520, 1],
  ['and no other', [0, 20, 40, 60], 0, 530, 2],
  ['at first whatever stands', [0, 1_000], -1, 900, 0],
  ['or what comes first', [500], -1, 0, 0],
  ['after a silence the next makes up for it', [0, 9_000], 0, 5_000, 1],
  ['a camera that is silent has none', [0], 0, 3_000, undefined],
  ['there is none yet', [], -1, 0, undefined],
])('%s', (_what, arrivalsMs, shown, dueMs, picked) => {
  expect(pickPicture({ arrivalsMs, shown, dueMs, intervalMs: 40 })).toBe(picked);
});

test('25 pictures a second that come up to 35 ms off their time are all shown, and one of them twice', () => {
  const arrivalsMs = Array.from(
    { length: 2_000 },
    (_, index) => index * 40 + ((index * 7919) % 71) - 35,
  ).sort((a, b) => a - b);
  const shown: number[] = [];
  for (let due = 0; due < 1_990; due += 1)
    shown.push(pickPicture({ arrivalsMs, shown: shown.at(-1) ?? -1, dueMs: due * 40, intervalMs: 40 }) ?? -1);
  const steps = shown.slice(1).map((index, at) => index - (shown[at] ?? 0));
  expect(steps.filter((step) => step > 1)).toEqual([]);
  expect(steps.filter((step) => step === 0)).toHaveLength(1);
});
