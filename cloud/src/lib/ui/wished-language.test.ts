import { expect, it } from 'vitest';
import { wishesForOneOf } from './wished-language.ts';

it.each([
  ['fr-FR,fr;q=0.9', true],
  ['nl, es-419;q=0.3', true],
  ['nl-NL, de;q=0.5', false],
  ['fr;q=0', false],
  ['*', false],
  [null, false],
])('%j wishes for a language of ours: %s', (header, expected) => {
  expect(wishesForOneOf((language) => ['en', 'fr', 'es'].includes(language), header)).toBe(expected);
});
