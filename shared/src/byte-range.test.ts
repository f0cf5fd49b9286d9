import { expect, test } from 'vitest';
import { planRange } from './byte-range.ts';

const base = { ifRange: undefined, etag: '"e"', totalBytes: 100 };

test.each([
  [undefined, { kind: 'whole' }],
  ['bytes=0-', { kind: 'part', range: { start: 0, end: 100 } }],
  ['bytes=10-19', { kind: 'part', range: { start: 10, end: 20 } }],
  ['bytes=99-200', { kind: 'part', range: { start: 99, end: 100 } }],
  ['bytes=-5', { kind: 'part', range: { start: 95, end: 100 } }],
  ['bytes=-500', { kind: 'part', range: { start: 0, end: 100 } }],
  ['bytes=100-', { kind: 'unsatisfiable' }],
  ['bytes=-0', { kind: 'unsatisfiable' }],
  ['bytes=9-3', { kind: 'whole' }],
  ['bytes=-', { kind: 'whole' }],
  ['bytes=0-1,5-6', { kind: 'whole' }],
  ['items=0-1', { kind: 'whole' }],
])('range %s is decided as %j', (range, expected) => {
  expect(planRange({ ...base, range })).toEqual(expected);
});

test('a range counts only for the version that If-Range names', () => {
  expect(planRange({ ...base, range: 'bytes=0-0', ifRange: '"e"' }).kind).toBe('part');
  expect(planRange({ ...base, range: 'bytes=0-0', ifRange: '"f"' }).kind).toBe('whole');
});

test('an empty object has no range', () => {
  expect(planRange({ ...base, totalBytes: 0, range: 'bytes=0-' }).kind).toBe('unsatisfiable');
  expect(planRange({ ...base, totalBytes: 0, range: 'bytes=-1' }).kind).toBe('unsatisfiable');
});
