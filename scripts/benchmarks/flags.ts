/** The flags of a benchmark: `--json`, and counts by name. */
import { parseArgs } from 'node:util';

interface CountFlag {
  /** Without the flag. */
  usual: number;
  most: number;
}

/** Throws what the person at the terminal has to read. */
export function parseFlags<Name extends string>(
  argv: string[],
  counts: Readonly<Record<Name, CountFlag>>,
): Record<Name, number> & { json: boolean } {
  const names = Object.keys(counts) as Name[];
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  const { values } = parseArgs({ args: argv, options: { ...options, json: { type: 'boolean' as const } } });
  const texts = values as Partial<Record<Name, string>>;
  const found = names.map((name) => [name, parseCount(name, texts[name], counts[name])]);
  return { ...(Object.fromEntries(found) as Record<Name, number>), json: values.json === true };
}

function parseCount(name: string, text: string | undefined, { usual, most }: CountFlag): number {
  const count = text === undefined ? usual : Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= most) return count;
  throw new Error(`expected --${name} from 1 to ${String(most)}, found ${String(text)}`);
}
