import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listMessageFaults } from '../complete-messages.ts';

test('every text is there in every language, takes the same values and is not empty', () => {
  expect(listMessageFaults()).toEqual([]);
});

test('a text that is missing, empty or takes other values is named', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'padelvar-messages-'));
  const forms = (one: string, other: string) => [{ match: { 'forms=one': one, 'forms=*': other } }];
  const texts = {
    en: {
      greeting: 'Hello {name}',
      farewell: 'Bye',
      thanks: 'Thanks',
      days: forms('{count} day', '{count} days'),
    },
    fr: {
      greeting: 'Bonjour {nom}',
      farewell: ' ',
      thanks: 'Merci',
      days: forms('{count} jour', '{n} jours'),
    },
    es: { greeting: 'Hola {name}', thanks: 'Gracias', days: '{count} días', extra: 'Más' },
  };
  for (const [language, messages] of Object.entries(texts))
    await writeFile(join(folder, `${language}.json`), JSON.stringify(messages));
  expect(listMessageFaults(folder)).toEqual([
    'fr: greeting takes nom, expected name',
    'fr: farewell is empty',
    'fr: days takes n, expected count',
    'es: farewell is missing',
    'es: days has other forms of a number than in English',
    'es: extra is missing in English',
  ]);
  await rm(folder, { recursive: true });
});
