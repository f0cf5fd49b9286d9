import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findRefused, formatList, isAllowed, listLicences } from '../scripts/licences.ts';

it('all that is installed to run may be used, changed and handed on', () => {
  const found = listLicences(join(import.meta.dirname, '..'));
  expect(found.map(({ name }) => name)).toEqual(expect.arrayContaining(['hono', 'mqtt', 'svelte', 'zod']));
  expect(findRefused(found)).toEqual([]);
});

it('each package is listed with its version and its licence', () => {
  const lines = formatList(listLicences(join(import.meta.dirname, '..'))).split('\n');
  expect(lines).toContainEqual(expect.stringMatching(/^hono\t\d+\.\d+\.\d+\tMIT$/));
  expect(lines).toContainEqual(expect.stringMatching(/^better-sqlite3\t\d+\.\d+\.\d+\tMIT$/));
});

it.each([
  ['MIT', true],
  ['(MIT OR GPL-3.0)', true],
  ['MIT AND ISC', true],
  ['MIT AND GPL-3.0', false],
  ['AGPL-3.0-only', false],
  ['UNLICENSED', false],
  ['', false],
])('%j is allowed: %s', (licence, expected) => {
  expect(isAllowed(licence)).toBe(expected);
});
