/**
 * `npm run licences`: the licences of all that runs at an installation, off the lock file and the packages that are
 * installed here: no network is asked. With `-- --list` one line per package: name, version, licence. One that is not on
 * the list, or a package that names none, is an error with the package's name.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

/** By SPDX; each lets this be run, changed and handed on. */
const ALLOWED = new Set([
  ...['MIT', 'MIT-0', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'Apache-2.0', 'BlueOak-1.0.0'],
  ...['Unlicense', 'CC0-1.0', 'Python-2.0', 'Zlib', 'CC-BY-4.0', 'WTFPL'],
]);
/** Others by name, each with why it may be used. */
const MAY_BE_USED: readonly { name: RegExp; licence: string; why: string }[] = [
  { name: /^lightningcss(-|$)/, licence: 'MPL-2.0', why: 'builds the pages, unchanged' },
  { name: /^ffmpeg-static$/, licence: 'GPL-3.0-or-later', why: 'a program of its own, in its own process' },
];

const NONE_NAMED = '(none named)';

export interface Licensed {
  name: string;
  version: string;
  licence: string;
}

interface LockedPackage {
  version?: string;
  license?: string;
  dev?: boolean;
  link?: boolean;
}

interface Manifest {
  license?: string | { type?: string };
  licenses?: { type?: string }[];
}

/** What the lock file installs for running, one line per package and version. */
export function listLicences(root: string): Licensed[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  return Object.entries(lock.packages)
    .filter(([path, { dev, link }]) => path.includes('node_modules/') && dev !== true && link !== true)
    .filter(([path, { license }]) => license !== undefined || existsSync(join(root, path)))
    .map(([path, { version = '', license }]) => {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      const licence = license ?? readLicence(join(root, path, 'package.json'));
      return { name, version, licence };
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** Those that nobody has looked at. */
export function findRefused(licensed: readonly Licensed[]): Licensed[] {
  return licensed.filter(
    ({ name, licence }) =>
      !isAllowed(licence) && !MAY_BE_USED.some((known) => known.name.test(name) && known.licence === licence),
  );
}

/** Whether an SPDX expression leaves a choice that is allowed: `(MIT OR GPL-3.0)` does. */
export function isAllowed(licence: string): boolean {
  const text = licence.replaceAll(/[()]/g, ' ');
  return text.split(/\sOR\s/i).some((choice) =>
    choice
      .split(/\sAND\s/i)
      .map((one) => one.trim())
      .every((one) => ALLOWED.has(one)),
  );
}

/** Tab-separated: name, version, licence. */
export function formatList(licensed: readonly Licensed[]): string {
  return licensed
    .map(({ name, version, licence }) => `${name}\t${version}\t${licence === '' ? NONE_NAMED : licence}\n`)
    .join('');
}

function formatCounts(licensed: readonly Licensed[]): string {
  const counts = Map.groupBy(licensed, ({ licence }) => licence);
  return [...counts]
    .sort((a, b) => b[1].length - a[1].length)
    .map(
      ([licence, packages]) =>
        `${String(packages.length).padStart(5)}  ${licence === '' ? NONE_NAMED : licence}\n`,
    )
    .join('');
}

function readLicence(path: string): string {
  if (!existsSync(path)) return '';
  const { license, licenses } = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  if (typeof license === 'string') return license;
  return license?.type ?? licenses?.map(({ type }) => type ?? '').join(' OR ') ?? '';
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const found = listLicences(join(import.meta.dirname, '..'));
  const refused = findRefused(found);
  const { values } = parseArgs({ options: { list: { type: 'boolean', default: false } } });
  process.stdout.write(values.list ? formatList(found) : formatCounts(found));
  for (const { name, version, licence } of refused)
    process.stderr.write(`not on the list: ${name}@${version}: ${licence}\n`);
  process.exitCode = refused.length === 0 ? 0 : 1;
}
