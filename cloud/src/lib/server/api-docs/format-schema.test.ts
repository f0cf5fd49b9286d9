import { expect, it } from 'vitest';
import { formatNotes, formatType, listRows } from './format-schema.ts';

it.each([
  [{ type: 'string' }, 'string'],
  [{ type: 'string', format: 'date-time' }, 'string (date-time)'],
  [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 'string | null'],
  [{ type: ['string', 'null'] }, 'string | null'],
  [{ type: 'array', items: { type: 'integer' } }, 'integer[]'],
  [{ enum: ['a', 'b'] }, '"a" | "b"'],
  [{ const: 1 }, '1'],
  [{}, 'any'],
])('%j reads as %s', (schema, text) => {
  expect(formatType(schema)).toBe(text);
});

it('limits and defaults are told', () => {
  expect(formatNotes({ type: 'integer', minimum: 1, maximum: 90, default: 7 })).toBe(
    'at least 1, at most 90, default 7',
  );
  expect(formatNotes({ type: 'integer', maximum: Number.MAX_SAFE_INTEGER, description: 'Bytes' })).toBe(
    'Bytes',
  );
});

it('what lies within is named with where it lies', () => {
  const schema = {
    type: 'object',
    required: ['items'],
    properties: {
      items: {
        type: 'array',
        items: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
      },
      owner: {
        anyOf: [{ type: 'object', properties: { id: { type: 'string' } } }, { type: 'null' }],
      },
    },
  };
  expect(listRows(schema).map(({ name, required }) => [name, required])).toEqual([
    ['items', true],
    ['items[].name', true],
    ['owner', false],
    ['owner.id', false],
  ]);
});
