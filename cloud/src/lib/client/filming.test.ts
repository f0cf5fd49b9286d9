import { expect, it } from 'vitest';
import { planFilming } from './filming.ts';

it.each([
  { deviceOnline: true, stillMs: 0, filming: 'filming' },
  { deviceOnline: true, stillMs: 3000, filming: 'filming' },
  { deviceOnline: true, stillMs: 3001, filming: 'waiting' },
  { deviceOnline: false, stillMs: 0, filming: 'unreachable' },
  { deviceOnline: false, stillMs: 60_000, filming: 'unreachable' },
] as const)('a box online $deviceOnline with nothing new for $stillMs ms: $filming', (given) => {
  expect(planFilming(given, given.stillMs)).toBe(given.filming);
});
