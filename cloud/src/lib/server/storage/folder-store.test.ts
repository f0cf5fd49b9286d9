import { randomBytes } from 'node:crypto';
import { appendFile, mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatProblem } from '@padelvar/shared/errors';
import { afterAll, expect, test } from 'vitest';
import { createManualClock } from '../../../../test/support/manual-clock.ts';
import { serveFetch } from '../../../../test/support/serve.ts';
import { createFolderHandler } from './folder-handler.ts';
import { createFolderStore } from './folder-store.ts';
import { describeObjectStore, describePart } from './object-store.contract.ts';
import type { StoreUnderTest } from './object-store.contract.ts';

const SECRET = randomBytes(32).toString('base64url');
const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'padelvar-store-'));
  folders.push(folder);
  return folder;
}

describeObjectStore('the folder store', async (): Promise<StoreUnderTest> => {
  const clock = createManualClock();
  const store = createFolderStore({ root: await makeFolder(), secret: SECRET, clock });
  const handle = createFolderHandler(store, clock);
  const server = await serveFetch(async (request) => {
    try {
      return await handle(request);
    } catch (error) {
      const problem = formatProblem(error);
      return Response.json(problem, { status: problem.status });
    }
  });
  return {
    store,
    origin: server.origin,
    passSeconds: (seconds) => clock.advance(seconds * 1000),
    close: () => server.close(),
  };
});

const KEY = 'clubs/club1/movie.mp4';

test('an upload outlives a restart of the portal, a torn journal line does not', async () => {
  const options = { root: await makeFolder(), secret: SECRET, clock: createManualClock() };
  const store = createFolderStore(options);
  const { uploadId } = await store.createUpload(KEY);
  const bytes = randomBytes(10);
  await store.writePart(KEY, uploadId, describePart(1, bytes), new Blob([bytes]).stream());
  await appendFile(join(options.root, 'uploads', uploadId, 'parts.log'), '\n{"partNumber":2,"bytes":5');

  const restarted = createFolderStore(options);
  expect(await restarted.listParts(KEY, uploadId)).toEqual([describePart(1, bytes)]);
  await restarted.writePart(KEY, uploadId, describePart(1, bytes), new Blob([bytes]).stream());
  expect(await createFolderStore(options).listParts(KEY, uploadId)).toEqual([describePart(1, bytes)]);
});

test('completing leaves nothing of the upload behind', async () => {
  const options = { root: await makeFolder(), secret: SECRET, clock: createManualClock() };
  const store = createFolderStore(options);
  const { uploadId } = await store.createUpload(KEY);
  const bytes = randomBytes(10);
  await store.writePart(KEY, uploadId, describePart(1, bytes), new Blob([bytes]).stream());
  await store.complete(KEY, uploadId, [describePart(1, bytes)]);
  expect(await readdir(join(options.root, 'uploads'))).toEqual([]);
});

test('a reader that goes away leaves no file open', async () => {
  const clock = createManualClock();
  const root = await makeFolder();
  const store = createFolderStore({ root, secret: SECRET, clock });
  const { uploadId } = await store.createUpload(KEY);
  const bytes = randomBytes(3_000_000);
  await store.writePart(KEY, uploadId, describePart(1, bytes), new Blob([bytes]).stream());
  await store.complete(KEY, uploadId, [describePart(1, bytes)]);
  const url = await store.signGet({
    key: KEY,
    fileName: 'x.mp4',
    disposition: 'inline',
    expiresInSeconds: 60,
  });
  const handle = createFolderHandler(store, clock);
  const open = (): Promise<Response> => handle(new Request(new URL(url, 'http://store.test')));
  const reader = (await open()).body?.getReader();
  await reader?.read();
  expect(await countOpenFiles(root)).toBe(1);
  await reader?.cancel();
  expect(await countOpenFiles(root)).toBe(0);
  expect((await (await open()).arrayBuffer()).byteLength).toBe(3_000_000);
  expect(await countOpenFiles(root)).toBe(0);
});

async function countOpenFiles(root: string): Promise<number> {
  const names = await readdir('/proc/self/fd');
  const paths = await Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')));
  return paths.filter((path) => path.startsWith(root)).length;
}

test('a key that could leave the folder is refused', async () => {
  const store = createFolderStore({
    root: await makeFolder(),
    secret: SECRET,
    clock: createManualClock(),
  });
  for (const key of ['../x', 'a/../../x', '/etc/passwd', 'a//b', '.hidden', 'a/./b', '', 'a\0b', 'a%2fb']) {
    await expect(store.head(key)).rejects.toMatchObject({ kind: 'not_found' });
    await expect(async () => store.createUpload(key)).rejects.toMatchObject({ kind: 'not_found' });
  }
});

test('a store that can be written to is healthy, one that cannot is not', async () => {
  const options = { secret: SECRET, clock: createManualClock() };
  const root = await makeFolder();
  expect(await createFolderStore({ ...options, root }).isHealthy()).toBe(true);
  const blocked = join(root, '.probe', 'below-a-file');
  expect(await createFolderStore({ ...options, root: blocked }).isHealthy()).toBe(false);
});
