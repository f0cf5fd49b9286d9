/** An S3 service that misbehaves, as a small HTTP server: what no real one can be made to do. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UPLOAD_PART_BYTES } from '@padelvar/shared/limits';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import type { S3Settings } from './s3-client.ts';
import { createS3Store } from './s3-store.ts';
import type { S3Store } from './s3-store.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const KEY = 'clubs/club1/sess_club1_court1_1767225600/movie.mp4';
const MD5 = '1B2M2Y8AsgTpgAmY7PhCfg==';
const ETAG = '&quot;d41d8cd98f00b204e9800998ecf8427e&quot;';
let server: Server;
let store: S3Store;
let settings: S3Settings;
let answer: Answer;
let asked: IncomingMessage[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request);
    request.resume().on('end', () => answer(request, response));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  settings = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ region: 'us-east-1', bucket: 'matches', prefix: '', accessKeyId: 'id', secretAccessKey: 'secret' },
    ...{ forcePathStyle: true, encryption: undefined },
  };
});
beforeEach(() => {
  asked = [];
  const timeouts = { connectMs: 1000, silenceMs: 400, requestMs: 800 };
  store = createS3Store({ settings, clock: systemClock, timeouts });
});
afterEach(() => store.close());
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const xml =
  (status: number, body: string): Answer =>
  (_request, response) =>
    void response
      .writeHead(status, { 'content-type': 'application/xml' })
      .end(`<?xml version="1.0" encoding="UTF-8"?>\n${body}`);
const error = (status: number, code: string): Answer =>
  xml(status, `<Error><Code>${code}</Code><Message>no</Message></Error>`);
const put = (): Promise<void> => store.put({ key: KEY, contentType: 'x/y', body: new Uint8Array(1) });

test.each([
  ['answers 500', error(500, 'InternalError'), 'failing'],
  ['answers 503', error(503, 'SlowDown'), 'slow'],
  ['answers 503 without a word', xml(503, ''), 'failing'],
  ['answers 403', error(403, 'AccessDenied'), 'denied'],
  ['has no room', error(507, 'XMinioStorageFull'), 'full'],
  ['has reached its quota', error(403, 'QuotaExceeded'), 'full'],
  ['is read-only', error(405, 'MethodNotAllowed'), 'read_only'],
  ['has lost its bucket', error(404, 'NoSuchBucket'), 'missing'],
  ['answers with something else', xml(200, '<html>welcome</html>'), 'failing'],
  ['breaks the connection', ((_request, response) => response.destroy()) satisfies Answer, 'unreachable'],
  ['never answers', (() => undefined) satisfies Answer, 'slow'],
])('a service that %s is a named trouble', async (_what, fault, trouble) => {
  answer = fault;
  await expect(store.createUpload(KEY)).rejects.toMatchObject({ kind: `storage_${trouble}` });
});

test('a service that sends one byte now and then is too slow', async () => {
  answer = (_request, response) => {
    response.writeHead(200, { 'content-length': '1000' });
    const timer = setInterval(() => response.write('x'), 100);
    response.on('close', () => clearInterval(timer));
  };
  await expect(store.read(KEY, 1000)).rejects.toMatchObject({ kind: 'storage_slow' });
});

test('half an answer is none', async () => {
  answer = (_request, response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('only this');
    setImmediate(() => response.destroy());
  };
  await expect(store.read(KEY, 1000)).rejects.toMatchObject({ kind: /^storage_(failing|unreachable)$/ });
});

const LISTED = `<ListPartsResult><IsTruncated>false</IsTruncated>
  <Part><PartNumber>1</PartNumber><ETag>${ETAG}</ETag><Size>10</Size></Part></ListPartsResult>`;
const PARTS = [{ partNumber: 1, bytes: 10, md5: MD5 }];
/** Lists one part, completes as told, and says of the object what `head` is. */
const completing =
  (complete: Answer, head: Answer): Answer =>
  (request, response) => {
    if (request.method === 'POST') complete(request, response);
    else if (request.method === 'HEAD') head(request, response);
    else xml(200, LISTED)(request, response);
  };
const absent: Answer = (_request, response) => void response.writeHead(404).end();

test('an error inside a 200 of Complete is an error, and no movie', async () => {
  answer = completing(error(200, 'InternalError'), absent);
  await expect(store.complete(KEY, 'one', PARTS)).rejects.toMatchObject({ kind: 'storage_failing' });
});

test('an object that is not there although Complete said so is an error', async () => {
  const done = '<CompleteMultipartUploadResult><ETag>"x"</ETag></CompleteMultipartUploadResult>';
  answer = completing(xml(200, done), absent);
  await expect(store.complete(KEY, 'one', PARTS)).rejects.toMatchObject({ kind: 'storage_failing' });
});

test('completing what was completed before gives the object that is there', async () => {
  answer = (request, response) => {
    if (request.method === 'HEAD') response.writeHead(200, { 'content-length': '10', etag: '"a-1"' }).end();
    else error(404, 'NoSuchUpload')(request, response);
  };
  expect(await store.complete(KEY, 'one', PARTS)).toEqual({ bytes: 10, etag: '"a-1"' });
});

test('encryption by the service is asked for with every object', async () => {
  const encryption = { algorithm: 'aws:kms', kmsKeyId: 'key-1' } as const;
  const encrypted = createS3Store({ settings: { ...settings, encryption }, clock: systemClock });
  answer = xml(
    200,
    '<InitiateMultipartUploadResult><UploadId>one</UploadId></InitiateMultipartUploadResult>',
  );
  await encrypted.createUpload(KEY);
  answer = xml(200, '');
  await encrypted.put({ key: KEY, contentType: 'x/y', body: new Uint8Array(1) });
  for (const { headers } of asked) {
    expect(headers['x-amz-server-side-encryption']).toBe('aws:kms');
    expect(headers['x-amz-server-side-encryption-aws-kms-key-id']).toBe('key-1');
    expect(Object.keys(headers).filter((name) => name.startsWith('x-amz-checksum'))).toEqual([]);
  }
  encrypted.close();
});

test('ETags that are no MD5s are taken as they are', async () => {
  const opaque = LISTED.replace(ETAG, '&quot;f00df00df00df00df00df00df00df00d&quot;');
  let completed = '';
  answer = (request, response) => {
    if (request.method === 'POST') {
      completed = request.url ?? '';
      xml(200, '<CompleteMultipartUploadResult/>')(request, response);
    } else if (request.method === 'HEAD') response.writeHead(200, { 'content-length': '10' }).end();
    else xml(200, opaque)(request, response);
  };
  expect((await store.complete(KEY, 'one', PARTS)).bytes).toBe(10);
  expect(completed).toContain('uploadId=one');
});

test('a part of another size is a conflict before anything is completed', async () => {
  answer = completing(error(500, 'InternalError'), absent);
  const parts = [{ partNumber: 1, bytes: UPLOAD_PART_BYTES, md5: MD5 }];
  await expect(store.complete(KEY, 'one', parts)).rejects.toMatchObject({ kind: 'conflict' });
  expect(asked.every(({ method }) => method === 'GET')).toBe(true);
});

test('after a failure the store works as soon as the service does', async () => {
  answer = error(503, 'SlowDown');
  await expect(put()).rejects.toMatchObject({ kind: 'storage_slow' });
  answer = xml(200, '');
  await put();
});

test('a service that keeps no versions and does not know the question has deleted all there is', async () => {
  answer = (request, response) => {
    if (request.method === 'DELETE') response.writeHead(204).end();
    else error(501, 'NotImplemented')(request, response);
  };
  await store.delete(KEY);
  expect(asked.map(({ method }) => method)).toEqual(['DELETE', 'GET']);
});

test('versions that may not be listed are a named trouble: the deletion is not over', async () => {
  answer = (request, response) => {
    if (request.method === 'DELETE') response.writeHead(204).end();
    else error(403, 'AccessDenied')(request, response);
  };
  await expect(store.delete(KEY)).rejects.toMatchObject({ kind: 'storage_denied' });
});
