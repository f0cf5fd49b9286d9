/** Listings of an S3 service, page by page: what it tells by thousands at most comes as one sequence. */
import {
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
} from '@aws-sdk/client-s3';
import type { ListObjectVersionsCommandOutput, Part, S3Client } from '@aws-sdk/client-s3';
import type { ListedObject, ListedUpload } from './object-store.ts';
import { isUnknownQuestion } from './s3-failure.ts';

export interface S3Place {
  client: S3Client;
  bucket: string;
  prefix: string;
  /** How much to ask for at once; a service gives 1,000 at most. */
  pageSize: number;
}

export async function listS3Parts(place: S3Place, key: string, uploadId: string): Promise<Part[]> {
  const { client, bucket, prefix, pageSize } = place;
  const parts: Part[] = [];
  let after: string | undefined;
  do {
    const page = await client.send(
      new ListPartsCommand({
        ...{ Bucket: bucket, Key: prefix + key, UploadId: uploadId, MaxParts: pageSize },
        ...(after === undefined ? {} : { PartNumberMarker: after }),
      }),
    );
    parts.push(...(page.Parts ?? []));
    after = page.IsTruncated === true ? page.NextPartNumberMarker : undefined;
  } while (after !== undefined);
  return parts;
}

export async function* listS3Objects({
  client,
  bucket,
  prefix,
  pageSize,
}: S3Place): AsyncGenerator<ListedObject> {
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({
        ...{ Bucket: bucket, Prefix: prefix, MaxKeys: pageSize },
        ...(token === undefined ? {} : { ContinuationToken: token }),
      }),
    );
    for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
      yield { key: Key.slice(prefix.length), bytes: Size, modifiedAt: LastModified?.getTime() ?? 0 };
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

export async function* listS3Uploads({
  client,
  bucket,
  prefix,
  pageSize,
}: S3Place): AsyncGenerator<ListedUpload> {
  let marker: { KeyMarker: string; UploadIdMarker: string } | undefined;
  do {
    const page = await client.send(
      new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix, MaxUploads: pageSize, ...marker }),
    );
    for (const { Key = '', UploadId = '', Initiated } of page.Uploads ?? []) {
      yield { key: Key.slice(prefix.length), uploadId: UploadId, startedAt: Initiated?.getTime() ?? 0 };
    }
    const { IsTruncated, NextKeyMarker = '', NextUploadIdMarker = '' } = page;
    marker =
      IsTruncated === true ? { KeyMarker: NextKeyMarker, UploadIdMarker: NextUploadIdMarker } : undefined;
  } while (marker !== undefined);
}

/**
 * The versions of one object, marks of deletion among them: a page of them at most, so that it is to be asked again once
 * they are gone. None where the service keeps none and does not know the question, as Cloudflare R2 does not.
 */
export async function listSomeS3Versions(
  { client, bucket, prefix, pageSize }: S3Place,
  key: string,
): Promise<string[]> {
  const asked = { Bucket: bucket, Prefix: prefix + key, MaxKeys: pageSize };
  const page = await orUnknown(client.send(new ListObjectVersionsCommand(asked)));
  // Other keys may begin with this one; they come after it.
  return [...(page?.Versions ?? []), ...(page?.DeleteMarkers ?? [])].flatMap(({ Key, VersionId }) =>
    Key === prefix + key && VersionId !== undefined ? [VersionId] : [],
  );
}

/** Versions that are not what their key leads to, marks of deletion among them. None where the service keeps none. */
export async function* listS3OldVersions(place: S3Place): AsyncGenerator<ListedObject> {
  const { client, bucket, prefix, pageSize } = place;
  let marker: VersionMarker | undefined;
  do {
    const asked = { Bucket: bucket, Prefix: prefix, MaxKeys: pageSize, ...marker };
    const page = await orUnknown(client.send(new ListObjectVersionsCommand(asked)));
    const old = (page?.Versions ?? []).filter(({ IsLatest }) => IsLatest === false);
    const marks = (page?.DeleteMarkers ?? []).map((mark) => ({ ...mark, Size: 0 }));
    for (const { Key = '', Size = 0, LastModified } of [...old, ...marks]) {
      yield { key: Key.slice(prefix.length), bytes: Size, modifiedAt: LastModified?.getTime() ?? 0 };
    }
    const next = page && nextMarker(page);
    // A service that does not move on has told what it tells.
    marker = JSON.stringify(next) === JSON.stringify(marker) ? undefined : next;
  } while (marker !== undefined);
}

interface VersionMarker {
  KeyMarker: string;
  VersionIdMarker?: string;
}

/** Swift calls the version `null` whatever it was, and would leave the rest of its key out: the page's last is meant. */
function nextMarker(page: ListObjectVersionsCommandOutput): VersionMarker | undefined {
  const { IsTruncated, NextKeyMarker: KeyMarker = '', NextVersionIdMarker: said } = page;
  if (IsTruncated !== true) return undefined;
  const ids = [...(page.DeleteMarkers ?? []), ...(page.Versions ?? [])]
    .filter(({ Key }) => Key === KeyMarker)
    .map(({ VersionId }) => VersionId);
  const VersionIdMarker = ids.includes(said) ? said : ids.at(-1);
  return { KeyMarker, ...(VersionIdMarker === undefined ? {} : { VersionIdMarker }) };
}

/** Undefined where the service does not know the question. */
async function orUnknown<Answer>(call: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isUnknownQuestion(error)) return undefined;
    throw error;
  }
}
