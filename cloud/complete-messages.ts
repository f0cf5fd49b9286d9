/** What is missing or wrong in the portal's texts; the build stops at it, where a page would fall back to English in silence. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const LANGUAGES = ['en', 'fr', 'es'] as const;

/** A text, or one for each form of a number ("1 day", "2 days"). */
type Message = string | [{ match: Record<string, string> }];

/** One line each; none where every language has every text, with the same values in it. */
export function listMessageFaults(folder = join(import.meta.dirname, 'messages')): string[] {
  const english = loadMessages(folder, 'en');
  return LANGUAGES.flatMap((language) => {
    const messages = loadMessages(folder, language);
    const keys = new Set([...Object.keys(english), ...Object.keys(messages)]);
    return [...keys].flatMap((key) => {
      const fault = findFault(english[key], messages[key]);
      return fault === undefined ? [] : [`${language}: ${key} ${fault}`];
    });
  });
}

function findFault(english: Message | undefined, message: Message | undefined): string | undefined {
  if (message === undefined) return 'is missing';
  if (english === undefined) return 'is missing in English';
  const texts = textsOf(message);
  if (texts.some((text) => text.trim() === '')) return 'is empty';
  const [first = '', ...others] = textsOf(english);
  if (texts.length !== others.length + 1) return 'has other forms of a number than in English';
  const wanted = placeholdersOf(first);
  const wrong = texts.map(placeholdersOf).find((found) => found !== wanted);
  return wrong === undefined ? undefined : `takes ${wrong}, expected ${wanted}`;
}

function textsOf(message: Message): string[] {
  return typeof message === 'string' ? [message] : Object.values(message[0].match);
}

/** The names in braces: what a page has to hand over. */
function placeholdersOf(text: string): string {
  const names = [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '').sort();
  return names.length === 0 ? 'no values' : names.join(', ');
}

function loadMessages(folder: string, language: string): Record<string, Message> {
  const file = JSON.parse(readFileSync(join(folder, `${language}.json`), 'utf8')) as Record<string, Message>;
  return Object.fromEntries(Object.entries(file).filter(([key]) => key !== '$schema'));
}
