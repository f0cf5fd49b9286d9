import { randomBytes } from 'node:crypto';
import { appendFile, mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatProblem } from '@padelvar/shared/errors';
import { afterAll, expect, test } from 'vitest';
import { createManualClock } from '../../../../test/support/manual-clock.ts';
import { serveFetch } from '../../../../test/support/serve.ts';
import { createFolderHandler } from './folder-handler.ts';
import { createFolderStore } from './folder-store.ts';
import type { FolderStore } from './folder-store.ts';
import { describeObjectStore, describePart } from './object-store.contract.ts';
import type { StoreUnderTest } from './object-store.contract.ts';
import { PROBE_LIFE_MS } from './storage-probe.ts';

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
  const clock = createManualClock(Date.now());
  const options = { root: await makeFolder(), secret: SECRET };
  const store = createFolderStore({ ...options, clock });
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
    wait: (ms) => clock.advance(ms),
    asOf: (seconds) =>
      createFolderStore({ ...options, clock: createManualClock(clock.nowMs() - seconds * 1000) }),
    isStrict: true,
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

const BYTES = randomBytes(10);
const put = (store: FolderStore): Promise<void> =>
  store.put({ key: KEY, contentType: 'video/mp4', body: BYTES });

test.each([
  ['has been taken away', (root: string) => rm(root, { recursive: true }), 'missing'],
  ['has been replaced by a file', replaceByFile, 'missing'],
  ['has its objects behind a file', (root: string) => writeFile(join(root, 'objects'), ''), 'missing'],
])('a folder that %s is a named trouble, and is not made anew', async (_what, break_, trouble) => {
  const root = await makeFolder();
  const store = createFolderStore({ root, secret: SECRET, clock: createManualClock() });
  await break_(root);
  const kind = `storage_${trouble}`;
  expect(await store.check()).toBe(trouble);
  await expect(put(store)).rejects.toMatchObject({ kind });
});

async function replaceByFile(root: string): Promise<void> {
  await rm(root, { recursive: true });
  await writeFile(root, '');
}

test('a probe is asked once in half a minute, however many want to know', async () => {
  const root = await makeFolder();
  const clock = createManualClock();
  const store = createFolderStore({ root, secret: SECRET, clock });
  expect(await store.check()).toBe('ok');
  await rm(root, { recursive: true });
  expect(await store.check()).toBe('ok');
  await clock.advance(PROBE_LIFE_MS);
  expect(await store.check()).toBe('missing');
});
