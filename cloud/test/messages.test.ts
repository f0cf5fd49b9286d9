import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const LANGUAGES = ['en', 'fr', 'es'] as const;

function loadMessages(language: string): Record<string, string> {
  const path = fileURLToPath(new URL(`../messages/${language}.json`, import.meta.url));
  const file = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
  return Object.fromEntries(Object.entries(file).filter(([key]) => key !== '$schema'));
}

/** The names in braces, sorted: what a page has to hand over. */
function placeholdersOf(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '').sort();
}

const english = loadMessages('en');

describe.each(LANGUAGES)('the messages in %s', (language) => {
  const messages = loadMessages(language);

  it('have the keys of the English ones, no more and no fewer', () => {
    expect(Object.keys(messages).sort()).toEqual(Object.keys(english).sort());
  });

  it('take the same values', () => {
    for (const [key, text] of Object.entries(messages)) {
      expect({ key, takes: placeholdersOf(text) }).toEqual({
        key,
        takes: placeholdersOf(english[key] ?? ''),
      });
    }
  });

  it('are never empty', () => {
    expect(Object.values(messages).filter((text) => text.trim() === '')).toEqual([]);
  });
});
