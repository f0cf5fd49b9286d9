import { expect, test } from 'vitest';
import { planReadyIn } from './ready-in.ts';

test('a movie is ready when what goes before it and what is left of it has gone up', () => {
  const waiting = [
    { sessionId: 'a', missingBytes: 1_000_000 },
    { sessionId: 'b', missingBytes: 500_000 },
  ];
  expect([...planReadyIn(waiting, 8_000)]).toEqual([
    ['a', 1_300],
    ['b', 1_800],
  ]);
});

test('where nobody knows the line nothing is promised', () => {
  expect(planReadyIn([{ sessionId: 'a', missingBytes: 1 }], undefined).size).toBe(0);
  expect(planReadyIn([{ sessionId: 'a', missingBytes: 1 }], 0).size).toBe(0);
});
