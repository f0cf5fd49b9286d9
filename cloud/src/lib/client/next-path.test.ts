import { describe, expect, it } from 'vitest';
import { parseNext } from './next-path.ts';

describe('the way after logging in', () => {
  it.each([
    ['/videos/x?a=1', '/videos/x?a=1'],
    [null, '/'],
    ['https://evil.example/', '/'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['javascript:alert(1)', '/'],
  ])('%s leads to %s', (next, path) => {
    expect(parseNext(next)).toBe(path);
  });
});
