import { randomBytes } from 'node:crypto';
import { request as openRequest } from 'node:http';
import type { LookupFunction } from 'node:net';
import {
  CreateBucketCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startS3Server } from '../../../../../scripts/system/s3-server.ts';
import type { S3Server } from '../../../../../scripts/system/s3-server.ts';
import { systemClock } from '../clock.ts';
import { describeObjectStore, describePart } from './object-store.contract.ts';
import { createS3Client, S3_TIMEOUTS } from './s3-client.ts';
import type { S3Settings } from './s3-client.ts';
import { createS3Store } from './s3-store.ts';
import type { S3Store } from './s3-store.ts';

let server: S3Server;
let settings: S3Settings;
beforeAll(async () => {
  server = await startS3Server();
  settings = {
    ...{ endpoint: server.endpoint, region: server.region, bucket: 'matches', prefix: 'portal/' },
    ...{ accessKeyId: server.accessKeyId, secretAccessKey: server.secretAccessKey },
    ...{ forcePathStyle: true, encryption: undefined },
  };
  const client = createS3Client(settings, S3_TIMEOUTS);
  await client.send(new CreateBucketCommand({ Bucket: settings.bucket }));
  client.destroy();
});
afterAll(() => server.close());

describeObjectStore('the S3 store on OpenStack Swift', () => {
  const store = createS3Store({ settings, clock: systemClock });
  const asOf = (seconds: number) =>
    createS3Store({ settings, clock: { ...systemClock, nowMs: () => Date.now() - seconds * 1000 } });
  return Promise.resolve({
    ...{ store, asOf, origin: server.endpoint, isStrict: false },
    close() {
      store.close();
      return Promise.resolve();
    },
  });
});

const KEY = 'clubs/club1/sess_club1_court1_1767225600/movie.mp4';

test('parts, objects and uploads are listed to their end, however small the pages are', async () => {
  const store = createS3Store({ settings, clock: systemClock, pageSize: 2 });
  const key = (name: string): string => KEY.replace('movie', name);
  const { uploadId } = await store.createUpload(KEY);
  for (const partNumber of [1, 2, 3, 4, 5]) await put(store, uploadId, partNumber, randomBytes(100));
  expect((await store.listParts(KEY, uploadId)).map(({ partNumber }) => partNumber)).toEqual([1, 2, 3, 4, 5]);

  const names = ['a', 'b', 'c', 'd', 'e'].map(key);
  for (const name of names) {
    await store.put({ key: name, contentType: 'video/mp4', body: randomBytes(3) });
    await store.createUpload(name);
  }
  const objects = await Array.fromAsync(store.list());
  expect(objects.map((object) => object.key)).toEqual(expect.arrayContaining(names));
  const uploads = await Array.fromAsync(store.listUploads());
  expect(uploads.map((upload) => upload.key)).toEqual(expect.arrayContaining([KEY, ...names]));
  store.close();
});

test('length and MD5 are signed into a part’s address, and no checksum is', async () => {
  const store = createS3Store({ settings, clock: systemClock });
  const bytes = randomBytes(10);
  const part = { key: KEY, uploadId: 'some', ...describePart(1, bytes), expiresInSeconds: 900 };
  const { url, headers } = await store.signPart(part);
  const query = new URL(url).searchParams;
  expect(query.get('X-Amz-SignedHeaders')).toBe('content-length;content-md5;host');
  expect(query.get('X-Amz-Expires')).toBe('900');
  expect(headers).toEqual({ 'content-md5': part.md5 });
  const link = await store.signGet({ key: KEY, fileName: 'x', disposition: 'inline', expiresInSeconds: 60 });
  for (const address of [url, link]) expect(address).not.toMatch(/x-amz-(sdk-)?checksum/i);
  store.close();
});

test('virtual-host style: the bucket is the host’s first name, for parts and for links', async () => {
  const endpoint = server.endpoint.replace('127.0.0.1', 'localhost');
  const virtual = createS3Store({
    settings: { ...settings, endpoint, forcePathStyle: false },
    clock: systemClock,
  });
  const store = createS3Store({ settings, clock: systemClock });
  const bytes = randomBytes(1000);
  const { uploadId } = await store.createUpload(KEY);
  const part = describePart(1, bytes);
  const signed = await virtual.signPart({ key: KEY, uploadId, ...part, expiresInSeconds: 60 });
  expect(new URL(signed.url).hostname).toBe('matches.localhost');
  expect(new URL(signed.url).pathname).toBe(`/portal/${KEY}`);
  expect((await requestLocally('PUT', signed.url, signed.headers, bytes)).status).toBe(200);
  await store.complete(KEY, uploadId, [part]);
  const link = await virtual.signGet({
    key: KEY,
    fileName: 'x',
    disposition: 'inline',
    expiresInSeconds: 60,
  });
  const answer = await requestLocally('GET', link, { range: 'bytes=10-19' });
  expect(answer.status).toBe(206);
  expect(answer.body.equals(bytes.subarray(10, 20))).toBe(true);
  for (const used of [store, virtual]) used.close();
});

test.each([
  ['wrong credentials', { secretAccessKey: 'wrong' }, 'denied'],
  ['an unknown key', { accessKeyId: 'test:nobody' }, 'denied'],
  ['a bucket that does not exist', { bucket: 'nowhere' }, 'missing'],
  ['nobody at the address', { endpoint: 'http://127.0.0.1:9' }, 'unreachable'],
])('%s: a named trouble of every call', async (_what, wrong, trouble) => {
  const store = createS3Store({ settings: { ...settings, ...wrong }, clock: systemClock });
  expect(await store.check()).toBe(trouble);
  const kind = `storage_${trouble}`;
  await expect(store.createUpload(KEY)).rejects.toMatchObject({ kind });
  await expect(Array.fromAsync(store.list())).rejects.toMatchObject({ kind });
  await expect(store.put({ key: KEY, contentType: 'x/y', body: randomBytes(1) })).rejects.toMatchObject({
    kind,
  });
  store.close();
});

test('a deleted object leaves no version behind', async () => {
  const client = createS3Client(settings, S3_TIMEOUTS);
  const Bucket = settings.bucket;
  await client.send(
    new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
  );
  const store = createS3Store({ settings, clock: systemClock });
  const key = KEY.replace('movie', 'versioned');
  for (const body of [randomBytes(3), randomBytes(4)]) await store.put({ key, contentType: 'x/y', body });
  const versions = async () => {
    const found = await client.send(new ListObjectVersionsCommand({ Bucket, Prefix: `portal/${key}` }));
    return [...(found.Versions ?? []), ...(found.DeleteMarkers ?? [])];
  };
  expect(await versions()).toHaveLength(2);
  await store.delete(key);
  expect(await versions()).toEqual([]);
  store.close();
  client.destroy();
});

async function put(store: S3Store, uploadId: string, partNumber: number, bytes: Buffer): Promise<void> {
  const part = { key: KEY, uploadId, ...describePart(partNumber, bytes) };
  const { url, headers } = await store.signPart({ ...part, expiresInSeconds: 60 });
  const answer = await fetch(url, { method: 'PUT', headers, body: new Uint8Array(bytes) });
  expect(answer.status).toBe(200);
}

/** To this machine, whatever the name in the address: not every resolver knows the names below `localhost`. */
function requestLocally(
  method: string,
  address: string,
  headers: Record<string, string>,
  body = Buffer.alloc(0),
): Promise<{ status: number; body: Buffer }> {
  const url = new URL(address);
  const lookup: LookupFunction = (_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]);
  return new Promise((resolve, reject) => {
    const request = openRequest(url, {
      method,
      lookup,
      headers: { ...headers, 'content-length': body.length },
    });
    request.on('error', reject).on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) }));
    });
    request.end(body);
  });
}
