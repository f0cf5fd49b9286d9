/** An S3 server that is not ours, with a bucket, as the portal's settings name it. */
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { startS3Server } from '../../../scripts/system/s3-server.ts';
import type { S3Server } from '../../../scripts/system/s3-server.ts';
import { createS3Client, S3_TIMEOUTS } from '../../src/lib/server/storage/s3-client.ts';
import type { S3Settings } from '../../src/lib/server/storage/s3-client.ts';

export interface TestS3 {
  server: S3Server;
  settings: S3Settings;
}

export async function openTestS3(bucket = 'matches'): Promise<TestS3> {
  const server = await startS3Server();
  const settings: S3Settings = {
    ...{ endpoint: server.endpoint, region: server.region, bucket, prefix: 'portal/' },
    ...{ accessKeyId: server.accessKeyId, secretAccessKey: server.secretAccessKey },
    ...{ forcePathStyle: true, encryption: undefined },
  };
  const client = createS3Client(settings, S3_TIMEOUTS);
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
  return { server, settings };
}

/** The settings of a portal of its own process whose store is that bucket, reached at `endpoint`. */
export function environmentOf({ settings }: TestS3, endpoint: string): Record<string, string> {
  return {
    PADELVAR_S3_ENDPOINT: endpoint,
    PADELVAR_S3_BUCKET: settings.bucket,
    PADELVAR_S3_ACCESS_KEY_ID: settings.accessKeyId,
    PADELVAR_S3_SECRET_ACCESS_KEY: settings.secretAccessKey,
  };
}
