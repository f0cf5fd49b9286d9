/** What every object store must do, asked over real HTTP. Each implementation runs this suite. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request as openRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { UPLOAD_PART_BYTES } from '@padelvar/shared/limits';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ListedUpload, ObjectStore, SignedRequest, StoredPart } from './object-store.ts';

export interface StoreUnderTest {
  store: ObjectStore;
  /** What relative addresses are relative to. */
  origin: string;
  /** The same store as it signed so many seconds ago. */
  asOf(secondsAgo: number): ObjectStore;
  /** Lets so much time go by. */
  wait(ms: number): Promise<void>;
  /**
   * Whether completed uploads are forgotten, If-Range is heeded and all that RFC 9110 recommends is answered. Services
   * differ in that; keys that are never used twice and addresses of 15 minutes make it no matter.
   */
  isStrict: boolean;
  close(): Promise<void>;
}

const FOLDER = 'clubs/club1/sess_club1_court1_1767225600';

export function describeObjectStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    let under: StoreUnderTest;
    // Keys are never used twice.
    let KEY = '';
    let turn = 0;
    beforeEach(() => void (KEY = `${FOLDER}/movie-${String((turn += 1))}.mp4`));
    beforeAll(async () => {
      under = await open();
    });
    afterAll(() => under.close());

    const sign = (uploadId: string, part: StoredPart): Promise<SignedRequest> =>
      under.store.signPart({ key: KEY, uploadId, ...part, expiresInSeconds: 60 });
    const put = async (uploadId: string, partNumber: number, bytes: Buffer): Promise<Response> =>
      send(await sign(uploadId, describePart(partNumber, bytes)), bytes);
    const send = ({ url, headers }: SignedRequest, body: Buffer, more = {}): Promise<Response> =>
      fetch(new URL(url, under.origin), {
        method: 'PUT',
        headers: { ...headers, ...more },
        body: new Uint8Array(body),
      });
    const listed = (uploadId: string): Promise<StoredPart[]> => under.store.listParts(KEY, uploadId);
    const store = async (bytes: Buffer): Promise<void> => {
      const { uploadId } = await under.store.createUpload(KEY);
      await put(uploadId, 1, bytes);
      await under.store.complete(KEY, uploadId, [describePart(1, bytes)]);
    };
    const signGet = (store = under.store, method: 'GET' | 'HEAD' = 'GET'): Promise<string> => {
      const file = { fileName: 'Match é.mp4', disposition: 'attachment' } as const;
      return store.signGet({ key: KEY, method, ...file, expiresInSeconds: 60 });
    };
    const get = async (
      headers: Record<string, string> = {},
      method: 'GET' | 'HEAD' = 'GET',
    ): Promise<Response> =>
      fetch(new URL(await signGet(under.store, method), under.origin), { method, headers });
    const listKeys = async (): Promise<string[]> => {
      const keys: string[] = [];
      for await (const object of under.store.list()) keys.push(object.key);
      return keys;
    };
    const findUpload = async (uploadId: string): Promise<ListedUpload | undefined> => {
      for await (const upload of under.store.listUploads()) if (upload.uploadId === uploadId) return upload;
      return undefined;
    };

    test('parts that arrive in any order become one object', async () => {
      const { uploadId } = await under.store.createUpload(KEY);
      const parts = [randomBytes(UPLOAD_PART_BYTES), randomBytes(UPLOAD_PART_BYTES), randomBytes(1234)];
      for (const number of [3, 2, 1]) {
        expect((await put(uploadId, number, parts[number - 1] ?? Buffer.alloc(0))).status).toBe(200);
      }
      const expected = parts.map((bytes, index) => describePart(index + 1, bytes));
      expect(await listed(uploadId)).toEqual(expected);

      const head = await under.store.complete(KEY, uploadId, expected);
      expect(head.bytes).toBe(2 * UPLOAD_PART_BYTES + 1234);
      expect(await under.store.head(KEY)).toEqual(head);
      const answer = await get();
      expect(md5Of(Buffer.from(await answer.arrayBuffer()))).toBe(md5Of(Buffer.concat(parts)));
      if (under.isStrict) {
        await expect(listed(uploadId)).rejects.toMatchObject({ kind: 'not_found' });
      }
      expect(await under.store.complete(KEY, uploadId, expected)).toEqual(head);
      expect(await findUpload(uploadId)).toBeUndefined();
    });

    test('a part that the portal brings itself is one among those that devices bring', async () => {
      const { uploadId } = await under.store.createUpload(KEY);
      const parts = [randomBytes(UPLOAD_PART_BYTES), randomBytes(10)] as const;
      const expected = parts.map((bytes, index) => describePart(index + 1, bytes));
      await put(uploadId, 2, parts[1]);
      const [first = describePart(1, parts[0])] = expected;
      const wrong = { ...first, md5: describePart(1, parts[1]).md5 };
      await expect(under.store.putPart(KEY, uploadId, wrong, parts[0])).rejects.toThrow();
      expect(await listed(uploadId)).toEqual([expected[1]]);
      for (let again = 0; again < 2; again += 1) await under.store.putPart(KEY, uploadId, first, parts[0]);
      expect(await listed(uploadId)).toEqual(expected);
      await under.store.complete(KEY, uploadId, expected);
      expect(Buffer.from(await (await get()).arrayBuffer()).equals(Buffer.concat(parts))).toBe(true);
    });

    test('a part that began while its address was good arrives, however long it takes', async () => {
      const { uploadId } = await under.store.createUpload(KEY);
      const bytes = randomBytes(2_000);
      const part = describePart(1, bytes);
      const signed = { key: KEY, uploadId, ...part, expiresInSeconds: 2 };
      const { url, headers } = await under.store.signPart(signed);
      const sent = openRequest(new URL(url, under.origin), {
        ...{ method: 'PUT', agent: false },
        headers: { ...headers, 'content-length': bytes.length, expect: '100-continue' },
      });
      sent.flushHeaders();
      await once(sent, 'continue');
      const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
      sent.write(bytes.subarray(0, 1_000));
      await under.wait(3_000);
      sent.end(bytes.subarray(1_000));
      const [answer] = await answered;
      answer.resume();
      expect(answer.statusCode).toBe(200);
      expect(await listed(uploadId)).toEqual([part]);
      // Nobody begins one with it any more.
      expect((await send({ url, headers }, bytes)).status).toBe(403);
    });

    test('a part that arrives after completion changes nothing', async () => {
      const { uploadId } = await under.store.createUpload(KEY);
      const bytes = randomBytes(100);
      await put(uploadId, 1, bytes);
      await under.store.complete(KEY, uploadId, [describePart(1, bytes)]);
      expect((await put(uploadId, 1, under.isStrict ? randomBytes(100) : bytes)).ok).toBe(!under.isStrict);
      expect(Buffer.from(await (await get()).arrayBuffer())).toEqual(bytes);
    });

    test('a part with another MD5, length, number or signature is refused and leaves no part', async () => {
      const { uploadId } = await under.store.createUpload(KEY);
      const bytes = randomBytes(1000);
      const signed = await sign(uploadId, describePart(1, bytes));
      const otherMd5 = { 'content-md5': describePart(1, randomBytes(3)).md5 };
      const changed = {
        ...signed,
        url: signed.url.replace(/(?<=signature=)./i, (sign) => (sign === 'a' ? 'b' : 'a')),
      };
      const renumbered = { ...signed, url: signed.url.replace('partNumber=1', 'partNumber=2') };
      expect((await send(signed, randomBytes(1000))).status).toBe(400);
      expect((await send(signed, bytes.subarray(1))).status).toBe(403);
      expect((await send(signed, bytes, otherMd5)).status).toBe(403);
      expect((await send(changed, bytes)).status).toBe(403);
      expect((await send(renumbered, bytes)).status).toBe(403);
      expect(await listed(uploadId)).toEqual([]);
      expect((await send(signed, bytes)).status).toBe(200);
    });

    test('a part that is cut off leaves no part, and can be sent again', async () => {
      const { uploadId } = await under.store.createUpload(KEY);
      const bytes = randomBytes(UPLOAD_PART_BYTES);
      await put(uploadId, 1, bytes);
      await sendHalf(under.origin, await sign(uploadId, describePart(2, bytes)), bytes);
      expect(await listed(uploadId)).toEqual([describePart(1, bytes)]);
      expect((await put(uploadId, 2, bytes)).status).toBe(200);
      expect((await listed(uploadId)).length).toBe(2);
    });

    test('the same part sent twice at once stays one whole part', async () => {
      const { uploadId } = await under.store.createUpload(KEY);
      const bytes = randomBytes(UPLOAD_PART_BYTES);
      const answers = await Promise.allSettled([1, 2, 3].map(() => put(uploadId, 1, bytes)));
      expect(answers.some((answer) => answer.status === 'fulfilled' && answer.value.status === 200)).toBe(
        true,
      );
      // A connection whose part was cut off may still be in the client's pool.
      const again = await put(uploadId, 1, bytes).catch(() => put(uploadId, 1, bytes));
      expect(again.status).toBe(200);
      expect(await listed(uploadId)).toEqual([describePart(1, bytes)]);
    });

    test('a part sent again with other bytes replaces the first, also by a shorter one', async () => {
      const { uploadId } = await under.store.createUpload(KEY);
      const shorter = randomBytes(10);
      await put(uploadId, 1, randomBytes(1000));
      await put(uploadId, 1, shorter);
      await under.store.complete(KEY, uploadId, [describePart(1, shorter)]);
      expect(Buffer.from(await (await get()).arrayBuffer())).toEqual(shorter);
    });

    test('completing with a part missing, different or out of size is a conflict, and the upload stays open', async () => {
      const { uploadId } = await under.store.createUpload(KEY);
      const [first, second] = [randomBytes(UPLOAD_PART_BYTES), randomBytes(10)];
      await put(uploadId, 1, first);
      await put(uploadId, 2, second);
      const good = [describePart(1, first), describePart(2, second)] as const;
      const wrong: StoredPart[][] = [
        [],
        [good[1]],
        [good[0], describePart(2, first)],
        [...good, describePart(3, second)],
        [describePart(1, second), good[1]],
      ];
      for (const parts of wrong) {
        const done = under.store.complete(KEY, uploadId, parts);
        await expect(done).rejects.toMatchObject({ kind: 'conflict' });
      }
      expect((await under.store.complete(KEY, uploadId, good)).bytes).toBe(UPLOAD_PART_BYTES + 10);
    });

    test('an abandoned upload is gone and leaves nothing to complete', async () => {
      const { uploadId } = await under.store.createUpload(KEY);
      const bytes = randomBytes(10);
      await put(uploadId, 1, bytes);
      await under.store.abort(KEY, uploadId);
      await under.store.abort(KEY, uploadId);
      expect((await put(uploadId, 1, bytes)).status).toBe(404);
      await expect(under.store.complete(KEY, uploadId, [describePart(1, bytes)])).rejects.toMatchObject({
        kind: 'not_found',
      });
    });

    test('ranges are answered to the byte [immich 1035]', async () => {
      const bytes = randomBytes(700_001);
      await store(bytes);
      for (const [range, start, end] of [
        ['bytes=0-0', 0, 1],
        ['bytes=5-9', 5, 10],
        ['bytes=300000-', 300_000, 700_001],
        ['bytes=-1', 700_000, 700_001],
        ['bytes=-9999999', 0, 700_001],
        ['bytes=700000-9999999', 700_000, 700_001],
      ] as const) {
        const answer = await get({ range });
        expect(answer.status).toBe(206);
        expect(answer.headers.get('content-range')).toBe(`bytes ${start}-${end - 1}/700001`);
        expect(answer.headers.get('content-length')).toBe(String(end - start));
        expect(Buffer.from(await answer.arrayBuffer()).equals(bytes.subarray(start, end))).toBe(true);
      }
      const beyond = await get({ range: 'bytes=700001-' });
      expect(beyond.status).toBe(416);
      expect(beyond.headers.get('content-range')).toBe(under.isStrict ? 'bytes */700001' : null);
    });

    test('a range of another version is answered with the whole', async () => {
      await store(randomBytes(100));
      const etag = (await get({}, 'HEAD')).headers.get('etag') ?? '';
      expect((await get({ range: 'bytes=1-', 'if-range': etag })).status).toBe(206);
      const other = await get({ range: 'bytes=1-', 'if-range': '"other"' });
      expect(other.status).toBe(under.isStrict ? 200 : 206);
    });

    test('a link names type, length, ranges and the file for the browser', async () => {
      await store(randomBytes(100));
      const { status, headers } = await get({}, 'HEAD');
      expect(status).toBe(200);
      expect(headers.get('content-length')).toBe('100');
      expect(headers.get('content-type')).toBe('video/mp4');
      if (under.isStrict) expect(headers.get('accept-ranges')).toBe('bytes');
      expect(headers.get('content-disposition')).toBe(
        `attachment; filename="Match e.mp4"; filename*=UTF-8''Match%20%C3%A9.mp4`,
      );
    });

    test('a link to a deleted object answers 404, one that was changed 403', async () => {
      await store(randomBytes(100));
      const url = await signGet();
      const other = url.replace('movie-', 'other-');
      const up = url.replace('clubs/', 'clubs/%2e%2e/%2e%2e/');
      expect((await fetch(new URL(other, under.origin))).status).toBe(403);
      expect((await fetch(new URL(up, under.origin))).status).toBeGreaterThanOrEqual(400);
      await under.store.delete(KEY);
      await under.store.delete(KEY);
      expect((await fetch(new URL(url, under.origin))).status).toBe(404);
      expect(await under.store.head(KEY)).toBeUndefined();
    });

    test('signed requests expire', async () => {
      const { uploadId } = await under.store.createUpload(KEY);
      const bytes = randomBytes(10);
      const early = under.asOf(61);
      const part = { key: KEY, uploadId, ...describePart(1, bytes), expiresInSeconds: 60 };
      expect((await send(await early.signPart(part), bytes)).status).toBe(403);
      await put(uploadId, 1, bytes);
      await under.store.complete(KEY, uploadId, [describePart(1, bytes)]);
      expect((await fetch(new URL(await signGet(early), under.origin))).status).toBe(403);
      expect((await get()).status).toBe(200);
    });

    test('a small file is stored whole, read within bounds, listed and deleted', async () => {
      const body = randomBytes(1000);
      await under.store.put({ key: KEY, contentType: 'video/mp4', body });
      expect(Buffer.from((await under.store.read(KEY, 1000)) ?? []).equals(body)).toBe(true);
      await expect(under.store.read(KEY, 999)).rejects.toMatchObject({ kind: 'too_large' });
      await under.store.put({ key: KEY, contentType: 'video/mp4', body: body.subarray(1) });
      expect((await under.store.read(KEY, 1000))?.length).toBe(999);
      expect(await listKeys()).toContain(KEY);
      await under.store.delete(KEY);
      expect(await under.store.read(KEY, 1000)).toBeUndefined();
      expect(await listKeys()).not.toContain(KEY);
    });

    test('an open upload is listed with its key and its age until it is given up', async () => {
      const { uploadId } = await under.store.createUpload(KEY);
      const found = await findUpload(uploadId);
      expect(found?.key).toBe(KEY);
      expect(Math.abs(Date.now() - (found?.startedAt ?? 0))).toBeLessThan(3_600_000);
      expect(await listKeys()).not.toContain(KEY);
      await under.store.abort(KEY, uploadId);
      expect(await findUpload(uploadId)).toBeUndefined();
    });

    test('a store that can be written to says that it is well', async () => {
      expect(await under.store.check()).toBe('ok');
    });
  });
}

export function describePart(partNumber: number, bytes: Buffer): StoredPart {
  return { partNumber, bytes: bytes.length, md5: md5Of(bytes) };
}

function md5Of(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('base64');
}

/** Sends half of a part and breaks the connection. */
async function sendHalf(origin: string, { url, headers }: SignedRequest, bytes: Buffer): Promise<void> {
  const request = openRequest(new URL(url, origin), {
    method: 'PUT',
    headers: { ...headers, 'content-length': bytes.length },
  });
  request.on('error', () => undefined);
  await new Promise((sent) => request.write(bytes.subarray(0, bytes.length / 2), sent));
  await new Promise((closed) => request.on('close', closed).destroy());
}
