/**
 * The store as a bucket of an S3-compatible service. Bytes go between devices, browsers and the service itself; the
 * portal signs, completes, verifies and deletes. ETags are opaque: they are an MD5 only where they turn out to be one.
 */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { AppError } from '@padelvar/shared/errors';
import type { Clock } from '../clock.ts';
import { contentTypeOf } from './content-type.ts';
import { requireObjectKey } from './object-key.ts';
import type { ObjectHead, ObjectStore, StoredPart } from './object-store.ts';
import { createS3Client, S3_TIMEOUTS } from './s3-client.ts';
import type { S3Settings, S3Timeouts } from './s3-client.ts';
import { callS3, explainS3, isAbsent } from './s3-failure.ts';
import {
  listS3Objects,
  listS3OldVersions,
  listS3Parts,
  listS3Uploads,
  listSomeS3Versions,
} from './s3-listing.ts';
import { matchS3Parts, md5OfEtag } from './s3-parts.ts';
import { createS3Signer } from './s3-signer.ts';
import { createStorageProbe } from './storage-probe.ts';

export interface S3StoreOptions {
  settings: S3Settings;
  clock: Clock;
  timeouts?: S3Timeouts;
  /** How much a listing asks for at once. */
  pageSize?: number;
}

export interface S3Store extends ObjectStore {
  /** Ends its connections. */
  close(): void;
}

const MAX_PAGE = 1000;

export function createS3Store(options: S3StoreOptions): S3Store {
  const { settings, clock, timeouts = S3_TIMEOUTS, pageSize = MAX_PAGE } = options;
  const { bucket, prefix } = settings;
  const client = createS3Client(settings, timeouts);
  const place = { client, bucket, prefix, pageSize };
  const signer = createS3Signer(client, bucket, (key) => prefix + requireObjectKey(key));
  const at = (key: string) => ({ Bucket: bucket, Key: prefix + requireObjectKey(key) });
  const encryption = encryptionOf(settings);

  const head = (key: string): Promise<ObjectHead | undefined> =>
    callS3('look for a video', async () => {
      const found = await orAbsent(client.send(new HeadObjectCommand(at(key))));
      return found && { bytes: found.ContentLength ?? 0, etag: found.ETag ?? '' };
    });

  const complete = async (
    key: string,
    uploadId: string,
    parts: readonly StoredPart[],
  ): Promise<ObjectHead> => {
    const listed = await orAbsent(listS3Parts(place, requireObjectKey(key), uploadId));
    if (listed === undefined) return getHead(key, 'not_found');
    const Parts = matchS3Parts(listed, parts);
    const command = new CompleteMultipartUploadCommand({
      ...at(key),
      UploadId: uploadId,
      MultipartUpload: { Parts },
    });
    await orAbsent(client.send(command));
    return getHead(key, 'storage_failing');
  };
  const getHead = async (key: string, otherwise: 'not_found' | 'storage_failing'): Promise<ObjectHead> => {
    const found = await head(key);
    if (found === undefined) throw new AppError(otherwise, 'expected an open upload or its completed object');
    return found;
  };

  const put: ObjectStore['put'] = ({ key, contentType, body }) =>
    callS3('store a file', async () => {
      const command = new PutObjectCommand({
        ...at(key),
        ...encryption,
        ...{ Body: body, ContentLength: body.length, ContentType: contentType },
      });
      await client.send(command);
    });

  /** Markers between pages are not to be relied on (Swift names none): the first page is asked for until it is empty. */
  const listLeft = async (key: string, gone: ReadonlySet<string>): Promise<string[]> =>
    (await listSomeS3Versions(place, key)).filter((versionId) => !gone.has(versionId));
  const remove = async (key: string): Promise<void> => {
    await client.send(new DeleteObjectCommand(at(key)));
    const gone = new Set<string>();
    for (let left = await listLeft(key, gone); left.length > 0; left = await listLeft(key, gone)) {
      for (const VersionId of left) {
        await client.send(new DeleteObjectCommand({ ...at(key), VersionId }));
        gone.add(VersionId);
      }
    }
  };

  return {
    createUpload: (key) =>
      callS3('take a new video', async () => {
        const facts = { ...at(key), ...encryption, ContentType: contentTypeOf(key) };
        const { UploadId } = await client.send(new CreateMultipartUploadCommand(facts));
        if (UploadId === undefined) throw new AppError('storage_failing', 'expected the id of an upload');
        return { uploadId: UploadId };
      }),
    signPart: (part) => signer.signPart(part, clock.nowMs()),
    putPart: (key, uploadId, { partNumber, bytes, md5 }, body) =>
      callS3('take a part', async () => {
        const command = new UploadPartCommand({
          ...{ ...at(key), UploadId: uploadId, PartNumber: partNumber },
          ...{ Body: body, ContentLength: bytes, ContentMD5: md5 },
        });
        await client.send(command);
      }),
    listParts: (key, uploadId) =>
      callS3('list the parts of a video', async () => {
        const listed = await orAbsent(listS3Parts(place, requireObjectKey(key), uploadId));
        if (listed === undefined) throw new AppError('not_found', 'expected an open upload');
        return listed.map(({ PartNumber = 0, Size = 0, ETag = '' }) => ({
          ...{ partNumber: PartNumber, bytes: Size, md5: md5OfEtag(ETag) ?? '' },
        }));
      }),
    complete: (key, uploadId, parts) => callS3('complete a video', () => complete(key, uploadId, parts)),
    abort: (key, uploadId) =>
      callS3('give an upload up', async () => {
        await orAbsent(client.send(new AbortMultipartUploadCommand({ ...at(key), UploadId: uploadId })));
      }),
    head,
    signGet: (link) => signer.signGet(link, clock.nowMs()),
    delete: (key) =>
      callS3('delete a video', async () => {
        await orAbsent(remove(key));
      }),
    put,
    read: (key, maxBytes) =>
      callS3('read a file', async () => {
        const found = await orAbsent(client.send(new GetObjectCommand(at(key))));
        if (found?.Body === undefined) return undefined;
        const body = found.Body.transformToWebStream() as ReadableStream<Uint8Array>;
        if ((found.ContentLength ?? Infinity) <= maxBytes) return readWithin(body, timeouts.requestMs);
        await body.cancel();
        throw new AppError('too_large', `expected at most ${maxBytes} stored bytes`);
      }),
    list: () => explainS3('list the videos', listS3Objects(place)),
    listOldVersions: () => explainS3('list old versions', listS3OldVersions(place)),
    listUploads: () => explainS3('list the uploads', listS3Uploads(place)),
    check: createStorageProbe({ clock, put, read: async (key) => (await head(key))?.bytes }),
    close: () => client.destroy(),
  };
}

/** Undefined where the service says that it is not there. */
async function orAbsent<Answer>(call: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

async function readWithin(body: ReadableStream<Uint8Array>, ms: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const sink = new WritableStream<Uint8Array>({ write: (chunk) => void chunks.push(chunk) });
  await body.pipeTo(sink, { signal: AbortSignal.timeout(ms) });
  return Buffer.concat(chunks);
}

function encryptionOf({ encryption }: S3Settings) {
  if (encryption === undefined) return {};
  const { algorithm, kmsKeyId } = encryption;
  return { ServerSideEncryption: algorithm, ...(kmsKeyId === undefined ? {} : { SSEKMSKeyId: kmsKeyId }) };
}
