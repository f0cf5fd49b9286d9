import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openMediaFolder } from './media-folder.ts';
import type { MediaFolder } from './media-folder.ts';

interface Place {
  folder: string;
  identityFolder: string;
  open: () => Promise<MediaFolder>;
}

async function makePlace(): Promise<Place> {
  const root = await mkdtemp(join(tmpdir(), 'padelvar-folder-'));
  onTestFinished(() => rm(root, { recursive: true }));
  const paths = { folder: join(root, 'videos'), identityFolder: join(root, 'identity') };
  await mkdir(paths.identityFolder);
  return { ...paths, open: () => openMediaFolder(paths) };
}

test('a new device makes its folder, and finds it again', async () => {
  const place = await makePlace();
  expect((await place.open()).trouble).toBeUndefined();
  expect((await place.open()).trouble).toBeUndefined();
});

test('a folder without the number is a disk that is not mounted, and gets none', async () => {
  const place = await makePlace();
  await place.open();
  await rm(place.folder, { recursive: true });
  const media = await place.open();
  expect(media.trouble).toBe('missing');
  await expect(media.require()).rejects.toMatchObject({ kind: 'media_missing', status: 507 });
  await mkdir(place.folder);
  expect(await media.look()).toBe('missing');
});

test('a folder that comes back is taken again by the same daemon', async () => {
  const place = await makePlace();
  const media = await place.open();
  await rename(place.folder, `${place.folder}.away`);
  expect(await media.look()).toBe('missing');
  await rename(`${place.folder}.away`, place.folder);
  await media.require();
});

test("another device's folder is not taken", async () => {
  const place = await makePlace();
  const media = await place.open();
  await writeFile(join(place.folder, '.padelvar-media'), 'another');
  expect(await media.look()).toBe('replaced');
});

test('a device that has lost its number, or is to take a new disk, takes the folder as it is', async () => {
  const place = await makePlace();
  await place.open();
  const number = await readFile(join(place.identityFolder, 'media-id'), 'utf8');
  await rm(join(place.identityFolder, 'media-id'));
  expect((await place.open()).trouble).toBeUndefined();
  expect(await readFile(join(place.identityFolder, 'media-id'), 'utf8')).toBe(number);
});
