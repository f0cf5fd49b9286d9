/** What pages say, in the language of a visit, with its values in it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const LOCALES = ['en-GB', 'fr-FR', 'es-ES'] as const;
export type PageLocale = (typeof LOCALES)[number];

export type PageTexts = (key: string, values?: Readonly<Record<string, string>>) => string;

/** Throws for a key that the language does not have. */
export function loadTexts(locale: PageLocale): PageTexts {
  const path = join(import.meta.dirname, '..', '..', 'cloud', 'messages', `${locale.slice(0, 2)}.json`);
  const messages = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
  return (key, values = {}) => {
    const text = messages[key];
    if (text === undefined) throw new Error(`expected the text ${key} in ${locale}`);
    return text.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
  };
}
