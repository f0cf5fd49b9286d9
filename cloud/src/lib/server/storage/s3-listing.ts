/** Listings of an S3 service, page by page: what it tells by thousands at most comes as one sequence. */
import {
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
} from '@aws-sdk/client-s3';
import type { Part, S3Client } from '@aws-sdk/client-s3';
import type { ListedObject, ListedUpload } from './object-store.ts';

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

/** The versions of one object, marks of deletion among them. */
export async function listS3Versions({ client, bucket, prefix }: S3Place, key: string): Promise<string[]> {
  const page = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix + key }));
  return [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].flatMap(({ Key, VersionId }) =>
    Key === prefix + key && VersionId !== undefined ? [VersionId] : [],
  );
}
