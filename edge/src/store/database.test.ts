import { existsSync } from 'node:fs';
import { mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from './database.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'padelvar-store-'));
  path = join(folder, 'edge.db');
  openStore(path).close();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function overwrite(offset: number, bytes: Buffer): Promise<void> {
  const file = await open(path, 'r+');
  await file.write(bytes, 0, bytes.length, offset);
  await file.close();
}

test.each<[string, () => Promise<void>]>([
  [
    'is something else',
    () => writeFile(path, 'not a database at all, and longer than a header is'.repeat(99)),
  ],
  ['lost its first page', () => overwrite(0, Buffer.alloc(4096))],
  ['lost a page in the middle', () => overwrite(2 * 4096, Buffer.alloc(4096, 0xff))],
  ['was cut off', () => truncate(path, 3 * 4096)],
])('a database that %s is set aside, told of, and a new one begun', async (_what, spoil) => {
  await spoil();
  const told: unknown[] = [];
  const store = openStore(path, (error) => told.push(error));
  expect(store.db.pragma('quick_check', { simple: true })).toBe('ok');
  store.close();
  expect(told).toEqual([
    expect.objectContaining({ code: expect.stringMatching(/NOTADB|CORRUPT/) as string }),
  ]);
  expect(existsSync(`${path}.broken`)).toBe(true);
});

test('a whole one stays, and one that can’t be opened for another reason is not touched', () => {
  const told: unknown[] = [];
  openStore(path, (error) => told.push(error)).close();
  expect(told).toEqual([]);
  expect(() => openStore(join(folder, 'missing', 'edge.db'))).toThrow(/directory/);
  expect(existsSync(`${path}.broken`)).toBe(false);
});
