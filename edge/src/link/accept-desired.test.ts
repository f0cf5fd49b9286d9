import { expect, it } from 'vitest';
import { acceptsDesired } from './accept-desired.ts';

const v = (generation: string, rev: number) => ({ generation, rev });

it.each([
  ['the first document', undefined, [], v('a', 0), true],
  ['a higher rev', v('a', 5), [], v('a', 6), true],
  ['the same rev again', v('a', 5), [], v('a', 5), false],
  ['a lower rev', v('a', 5), [], v('a', 4), false],
  ['a lower rev of a new generation', v('a', 5), [], v('b', 1), true],
  ['a high rev of a generation left behind', v('b', 1), ['a'], v('a', 99), false],
] as const)('%s', (_fact, current, past, incoming, accepted) => {
  expect(acceptsDesired(current, past, incoming)).toBe(accepted);
});
