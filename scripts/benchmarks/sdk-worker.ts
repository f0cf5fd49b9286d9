/** The peer, in a process of its own: a finished movie sent by the AWS SDK's multipart helper, as it comes. */
import { Readable } from 'node:stream';
import { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { UPLOAD_PART_BYTES } from '@padelvar/shared/limits';
import { readMovieBytes } from './movie-bytes.ts';

export interface SdkUpload {
  endpoint: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  bucket: string;
  key: string;
  bytes: number;
}

export interface SdkNews {
  uploadMs: number;
  cpuSeconds: number;
  rssMiB: number;
}

const PIECE_BYTES = 1024 * 1024;
const RSS_POLL_MS = 250;

function* readMovie(bytes: number): Generator<Buffer> {
  for (let offset = 0; offset < bytes; offset += PIECE_BYTES)
    yield readMovieBytes(offset, Math.min(PIECE_BYTES, bytes - offset));
}

async function run({
  bucket,
  key,
  bytes,
  accessKeyId,
  secretAccessKey,
  ...service
}: SdkUpload): Promise<void> {
  const client = new S3Client({
    ...service,
    ...{ credentials: { accessKeyId, secretAccessKey }, forcePathStyle: true },
    // The test server refuses trailing checksums.
    ...{ requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' },
  });
  let rssMiB = 0;
  const poll = setInterval(() => {
    rssMiB = Math.max(rssMiB, process.memoryUsage.rss() / 1024 ** 2);
  }, RSS_POLL_MS);
  const beganMs = performance.now();
  const Body = Readable.from(readMovie(bytes), { objectMode: false });
  const upload = new Upload({
    ...{ client, partSize: UPLOAD_PART_BYTES },
    params: { Bucket: bucket, Key: key, Body, ContentType: 'video/mp4' },
  });
  await upload.done();
  const uploadMs = performance.now() - beganMs;
  clearInterval(poll);
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  process.send?.({ uploadMs, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, rssMiB } satisfies SdkNews);
  client.destroy();
  process.disconnect();
}

await run(JSON.parse(process.argv[2] ?? '') as SdkUpload);
