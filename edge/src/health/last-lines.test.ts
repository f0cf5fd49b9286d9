import fc from 'fast-check';
import { expect, test } from 'vitest';
import { takeLastLines } from './last-lines.ts';

const LIMITS = { mostLines: 3, mostBytes: 1_000, mostCharacters: 10 };

test('the newest lines stay, in their order, long ones cut', () => {
  expect(takeLastLines(['1', '2', 'a line that is long', '4'], LIMITS)).toEqual(['2', 'a line tha', '4']);
  expect(takeLastLines([], LIMITS)).toEqual([]);
});

test('however much its escapes take, what is taken fits the packet', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'binary' })),
      fc.integer({ min: 2, max: 200 }),
      (lines, mostBytes) => {
        const taken = takeLastLines(lines, { mostLines: 50, mostBytes, mostCharacters: 40 });
        expect(Buffer.byteLength(JSON.stringify(taken)) - 2).toBeLessThanOrEqual(mostBytes);
      },
    ),
  );
});
