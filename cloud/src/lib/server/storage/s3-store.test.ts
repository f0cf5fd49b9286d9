import { randomBytes } from 'node:crypto';
import dns from 'node:dns';
import type { LookupAllOptions } from 'node:dns';
import { setTimeout as sleep } from 'node:timers/promises';
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
import type { StoreUnderTest } from './object-store.contract.ts';
import { createS3Client, S3_TIMEOUTS } from './s3-client.ts';
import type { S3Settings } from './s3-client.ts';
import { createS3Store } from './s3-store.ts';
import type { S3Store } from './s3-store.ts';

let server: S3Server;
let settings: S3Settings;
let forgetNames: () => void;
beforeAll(async () => {
  forgetNames = resolveLocalNames();
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
afterAll(async () => {
  forgetNames();
  await server.close();
});

describeObjectStore('the S3 store on OpenStack Swift, the bucket as a path', () => openUnderTest(settings));
describeObjectStore('the S3 store on OpenStack Swift, the bucket as the host’s first name', () =>
  openUnderTest({ ...settings, ...virtualHost(), prefix: 'virtual/' }),
);

function openUnderTest(under: S3Settings): Promise<StoreUnderTest> {
  const store = createS3Store({ settings: under, clock: systemClock });
  const asOf = (seconds: number) =>
    createS3Store({
      settings: under,
      clock: { ...systemClock, nowMs: () => Date.now() - seconds * 1000 },
    });
  return Promise.resolve({
    ...{ store, asOf, origin: under.endpoint ?? '', isStrict: false },
    wait: (ms) => sleep(ms),
    close() {
      store.close();
      return Promise.resolve();
    },
  });
}

function virtualHost(): Pick<S3Settings, 'endpoint' | 'forcePathStyle'> {
  return { endpoint: server.endpoint.replace('127.0.0.1', 'localhost'), forcePathStyle: false };
}

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

test('the region is part of what is signed, in addresses of parts as in links', async () => {
  const store = createS3Store({ settings: { ...settings, region: 'eu-west-3' }, clock: systemClock });
  const part = { key: KEY, uploadId: 'some', ...describePart(1, randomBytes(10)), expiresInSeconds: 900 };
  const { url } = await store.signPart(part);
  const link = await store.signGet({ key: KEY, fileName: 'x', disposition: 'inline', expiresInSeconds: 60 });
  for (const address of [url, link])
    expect(new URL(address).searchParams.get('X-Amz-Credential')).toMatch(
      /^[^/]+\/\d{8}\/eu-west-3\/s3\/aws4_request$/,
    );
  store.close();
});

test('in the virtual-host style the bucket is the host’s first name, of parts and of links', async () => {
  const store = createS3Store({ settings: { ...settings, ...virtualHost() }, clock: systemClock });
  const part = describePart(1, randomBytes(10));
  const signed = await store.signPart({ key: KEY, uploadId: 'some', ...part, expiresInSeconds: 60 });
  const link = await store.signGet({ key: KEY, fileName: 'x', disposition: 'inline', expiresInSeconds: 60 });
  for (const address of [signed.url, link]) {
    expect(new URL(address).hostname).toBe('matches.localhost');
    expect(new URL(address).pathname).toBe(`/portal/${KEY}`);
  }
  store.close();
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

test('a deleted object leaves no version behind, however many there are, and touches no other', async () => {
  const client = createS3Client(settings, S3_TIMEOUTS);
  const Bucket = settings.bucket;
  await client.send(
    new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
  );
  // Swift leaves the connection unusable after it has deleted a version: the next request goes by a new one.
  const timeouts = { ...S3_TIMEOUTS, silenceMs: 500 };
  const store = createS3Store({ settings, clock: systemClock, timeouts, pageSize: 2 });
  const key = KEY.replace('movie.mp4', 'versioned');
  // What else begins so stays, and fills pages.
  const others = [`${key}-a`, `${key}-b`];
  for (const name of [key, ...others]) {
    for (let bytes = 1; bytes <= 3; bytes += 1)
      await store.put({ key: name, contentType: 'x/y', body: randomBytes(bytes) });
  }
  const versions = async (name: string) => {
    const found = await client.send(new ListObjectVersionsCommand({ Bucket, Prefix: `portal/${name}` }));
    const all = [...(found.Versions ?? []), ...(found.DeleteMarkers ?? [])];
    return all.filter(({ Key }) => Key === `portal/${name}`);
  };
  expect(await versions(key)).toHaveLength(3);
  await store.delete(key);
  expect(await versions(key)).toEqual([]);
  for (const name of others) expect(await versions(name)).toHaveLength(3);
  store.close();
  client.destroy();
});

async function put(store: S3Store, uploadId: string, partNumber: number, bytes: Buffer): Promise<void> {
  const part = { key: KEY, uploadId, ...describePart(partNumber, bytes) };
  const { url, headers } = await store.signPart({ ...part, expiresInSeconds: 60 });
  const answer = await fetch(url, { method: 'PUT', headers, body: new Uint8Array(bytes) });
  expect(answer.status).toBe(200);
}

/** Names below `localhost` are this machine's (RFC 6761, 6.3), which not every resolver knows. */
function resolveLocalNames(): () => void {
  const { lookup } = dns;
  const lookUp = (name: string, ...rest: [LookupAllOptions, () => void]): void =>
    lookup(name.endsWith('.localhost') ? '127.0.0.1' : name, ...rest);
  const resolved: unknown = Object.assign(lookUp, lookup);
  dns.lookup = resolved as typeof lookup;
  return () => void (dns.lookup = lookup);
}
