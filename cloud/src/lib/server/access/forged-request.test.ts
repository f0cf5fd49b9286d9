import { expect, it } from 'vitest';
import { isForged } from './forged-request.ts';

const ORIGIN = 'https://portal.example';

it.each([
  ['GET', { cookie: 'a=b', origin: 'https://evil.example' }, false],
  ['POST', {}, false],
  ['POST', { origin: ORIGIN }, false],
  ['POST', { cookie: 'a=b', origin: ORIGIN }, false],
  ['POST', { cookie: 'a=b' }, true],
  ['PUT', { cookie: 'a=b', origin: 'null' }, true],
  ['DELETE', { cookie: 'a=b', origin: 'http://portal.example' }, true],
  ['PATCH', { cookie: 'a=b', origin: 'https://portal.example.evil.example' }, true],
  ['POST', { origin: 'https://evil.example' }, true],
  ['POST', { cookie: 'a=b', authorization: 'Bearer x' }, false],
])('%s with %j: forged %s', (method, headers, forged) => {
  const request = { method, headers: new Headers(headers) } as Request;
  expect(isForged(request, ORIGIN)).toBe(forged);
});
