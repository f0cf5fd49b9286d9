import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { openSmallDisk } from '../../edge/test/support/small-disk.ts';
import { createFolderStore } from '../src/lib/server/storage/folder-store.ts';
import { describePart } from '../src/lib/server/storage/object-store.contract.ts';
import { createManualClock } from './support/manual-clock.ts';

const KEY = 'clubs/club1/movie.mp4';
const SECRET = randomBytes(32).toString('base64url');

test('a store that is no folder names what it is', async () => {
  const store = createFolderStore({ root: '/dev/null', secret: SECRET, clock: createManualClock() });
  await expect(store.createUpload(KEY)).rejects.toMatchObject({ kind: 'storage_missing' });
});

test('a full disk and a read-only one are named, take nothing and lose nothing', async () => {
  const disk = await openSmallDisk(8);
  const store = createFolderStore({ root: disk.folder, secret: SECRET, clock: createManualClock() });
  const bytes = randomBytes(3_000_000);
  const part = describePart(1, bytes);
  const write = (): Promise<void> => store.writePart(KEY, uploadId, part, new Blob([bytes]).stream());
  const { uploadId } = await store.createUpload(KEY);
  await disk.fill(1_000_000);
  await expect(write()).rejects.toMatchObject({ kind: 'storage_full' });
  await disk.fill(0);
  expect(await store.check()).toBe('full');
  await disk.empty();
  await write();
  execFileSync('mount', ['-o', 'remount,ro', disk.folder]);
  await expect(write()).rejects.toMatchObject({ kind: 'storage_read_only' });
  await expect(store.complete(KEY, uploadId, [part])).rejects.toMatchObject({ kind: 'storage_read_only' });
  expect(await store.listParts(KEY, uploadId)).toEqual([part]);
  execFileSync('mount', ['-o', 'remount,rw', disk.folder]);
  expect((await store.complete(KEY, uploadId, [part])).bytes).toBe(bytes.length);
  await disk.close();
});
